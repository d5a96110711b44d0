import { accountId } from '@algo/model';
import { hostService, readInstrumentCatalog, startStepLoop } from '@algo/runtime';
import { RiskMachine } from './adapters/risk-machine.ts';
import { config as schema } from './config.ts';
import { POSITION_RISK_DEFAULTS, type PositionRiskSettings } from './domain/index.ts';

await hostService('position-risk', schema, async (context) => {
  const { config } = context;
  const settings: PositionRiskSettings = {
    ...POSITION_RISK_DEFAULTS,
    account: accountId(config.account),
    startingEquity: config.startingEquity,
    instruments: readInstrumentCatalog(config.instrumentsFile),
    drawdownLevels: [
      config.drawdownAlert,
      config.drawdownWarning,
      config.drawdownCritical,
      config.drawdownBreaker,
    ],
  };
  let machine!: RiskMachine;
  const loop = context.own(
    await startStepLoop('position-risk', context, {
      asides: ['ctl.mode'],
      restore: (state) => {
        machine = new RiskMachine(settings, state);
        return machine;
      },
    }),
  );
  return { closed: loop.closed, counters: () => ({ ...machine.counters(), step: loop.step }) };
});
