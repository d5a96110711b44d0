import { accountId, Decimal } from '@algo/model';
import { defineService } from '@algo/runtime';
import { WallClock } from './adapters/wall-clock.ts';
import { config } from './config.ts';
import { GuardMachine, POSITION_RISK_DEFAULTS, type PositionRiskSettings } from './domain/index.ts';

/**
 * Guards one account: reads orders, trades and people's halts; says positions, stops, risk, and the exits
 * it wants.
 */
export const service = defineService({
  name: 'position-risk',
  config,
  purpose: ({ account }) => account,
  async start(context) {
    const { config } = context;
    const { account, drawdownAlert, drawdownWarning, drawdownCritical, drawdownBreaker } = config;
    const { peakDrawdownAlert, peakDrawdownWarning, peakDrawdownCritical, peakDrawdownBreaker } = config;
    const live = config.liveAccounts[account];
    const settings: PositionRiskSettings = {
      ...POSITION_RISK_DEFAULTS,
      account: accountId(account),
      startingEquity: live === undefined ? config.startingEquity : Decimal.of(live.startingEquity),
      instruments: await context.instruments(),
      drawdown: {
        levels: {
          daily: [drawdownAlert, drawdownWarning, drawdownCritical, drawdownBreaker],
          peak: [peakDrawdownAlert, peakDrawdownWarning, peakDrawdownCritical, peakDrawdownBreaker],
        },
        utcOffsetUs: config.accountTimeZone,
      },
    };
    const { machine, driven } = await context.drive({
      reads: [
        { family: 'ord.evt', only: [account] },
        { family: 'ord.cash', only: [account] },
        { family: 'md.trades' },
        { family: 'md.feed' },
        { family: 'md.time' },
        { family: 'md.rules' },
        { family: 'ctl.mode', only: [account] },
      ],
      says: ['pos.evt', 'pos.dust', 'risk.evt', 'ord.cmd', 'ctl.answer', 'sys.guard'],
      restore: (snapshot) => new GuardMachine(settings, snapshot),
      requests: new WallClock(context.clock),
    });
    return { closed: driven.closed, counters: () => ({ ...machine.counters(), taken: driven.taken }) };
  },
});
