import { accountId } from '@algo/model';
import { hostService, readInstrumentCatalog, startStepLoop, version } from '@algo/runtime';
import { bucketDocuments } from '@algo/state';
import { NAMED_STRATEGIES } from '@algo/strategy';
import { DecisionMachine } from './adapters/decision-machine.ts';
import { loadTradingConfigs } from './adapters/trading-configs.ts';
import { config as schema } from './config.ts';
import type { DecisionSettings } from './domain/index.ts';

await hostService('decision', schema, async (context) => {
  const { bus, config, log } = context;
  const documents = bucketDocuments(bus.bucket('documents'));
  const configs = await loadTradingConfigs(documents, config.tradingConfigsDir, config.tradingConfig);
  const settings: DecisionSettings = {
    account: accountId(config.account),
    instruments: readInstrumentCatalog(config.instrumentsFile),
    config: configs.active,
    strategies: NAMED_STRATEGIES,
    codeVersion: version,
  };
  const remember = (name: string) =>
    void documents
      .put('active_config', 'current', { name })
      .catch((error: unknown) =>
        log.error({ err: error }, 'the switch is in force but could not be remembered'),
      );
  const refused = (name: string) =>
    log.error(
      { configuration: name, known: [...configs.byName.keys()] },
      'told to trade by a configuration that is not there; nothing changed',
    );
  let machine!: DecisionMachine;
  const loop = context.own(
    await startStepLoop('decision', context, {
      asides: ['ctl.config'],
      restore: (state) => {
        machine = new DecisionMachine(settings, configs.byName, { done: remember, refused }, state);
        return machine;
      },
    }),
  );
  return {
    closed: loop.closed,
    counters: () => ({ ...machine.counters(), step: loop.step }),
    notes: () => [`trades by ${configs.active.name}`],
  };
});
