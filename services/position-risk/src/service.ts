import { accountId, Decimal, type Timeframe } from '@algo/model';
import { defineService } from '@algo/runtime';
import { PortfolioFile, RULES_EVERY_MS, readRules } from './adapters/portfolio-file.ts';
import { WallClock } from './adapters/wall-clock.ts';
import { type Config, config } from './config.ts';
import {
  BARS_READ,
  GuardMachine,
  type NamedRules,
  POSITION_RISK_DEFAULTS,
  type PositionRiskSettings,
} from './domain/index.ts';

/** Returns the bars that the rules of the portfolio look at. *Errors*: as their file is refused. */
export function barsRead({ portfolioFile }: Pick<Config, 'portfolioFile'>): readonly Timeframe[] {
  const { leaders, dump } = readRules(portfolioFile).rules;
  return leaders.enabled || dump.enabled ? BARS_READ : [];
}

/**
 * Guards one account: reads orders, trades and people's halts; says positions, stops, risk, and the exits
 * it wants.
 */
export const service = defineService({
  name: 'position-risk',
  config,
  purpose: ({ account }) => account,
  check: ({ portfolioFile }) => void readRules(portfolioFile),
  async start(context) {
    const { config, log } = context;
    const rulesFile = new PortfolioFile(config.portfolioFile, log);
    const rules = rulesFile.read();
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
        { family: 'md.candles' },
        { family: 'md.feed' },
        { family: 'md.time' },
        { family: 'md.rules' },
        { family: 'ctl.mode', only: [account] },
      ],
      says: ['pos.evt', 'pos.dust', 'risk.evt', 'ord.cmd', 'ctl.answer', 'sys.guard'],
      restore: (snapshot) => new GuardMachine(settings, snapshot),
      requests: new WallClock(context),
    });
    // Rules come as an input like any other, so that a replay judges by those that held.
    const follow = (told: NamedRules) => {
      if (told.hash !== machine.rulesHash) driven.inject({ name: 'RulesChosen', body: told });
    };
    void driven.restored.then(() => {
      follow(rules);
      context.repeat(RULES_EVERY_MS, () => {
        const changed = rulesFile.changed();
        if (changed !== undefined) follow(changed);
      });
    });
    return {
      closed: driven.closed,
      counters: () => ({ ...machine.counters(), taken: driven.taken }),
      notes: () => [`portfolio rules ${machine.rulesHash.slice(0, 8)}`],
    };
  },
});
