import { accountId, type Wanted } from '@algo/model';
import { defineService, version } from '@algo/runtime';
import type { DocumentStore } from '@algo/state';
import { configurationHash, NAMED_STRATEGIES, wantedBy } from '@algo/strategy';
import { RememberedConfiguration } from './adapters/remembered-configuration.ts';
import { checkTradingConfigs, loadTradingConfigs } from './adapters/trading-configs.ts';
import { type Config, config } from './config.ts';
import { DecisionMachine, type DecisionSettings } from './domain/index.ts';

/** Returns what the strategies of the configuration in force read: analytics needs no more for it. */
export async function wantedByActive(documents: DocumentStore, config: Config): Promise<Wanted> {
  const { account, tradingConfigsDir, tradingConfig } = config;
  const { active } = await loadTradingConfigs(documents, tradingConfigsDir, account, tradingConfig);
  return wantedBy(active, NAMED_STRATEGIES);
}

/** Decides for one account: reads states and signals, says decisions and the orders that follow from them. */
export const service = defineService({
  name: 'decision',
  config,
  purpose: ({ account }) => account,
  check: ({ tradingConfigsDir, tradingConfig }) => checkTradingConfigs(tradingConfigsDir, tradingConfig),
  async start(context) {
    const { config, documents, log } = context;
    const { account, tradingConfigsDir, tradingConfig } = config;
    const configurations = await loadTradingConfigs(documents, tradingConfigsDir, account, tradingConfig);
    const settings: DecisionSettings = {
      account: accountId(account),
      instruments: await context.instruments(),
      config: null,
      strategies: NAMED_STRATEGIES,
      codeVersion: version,
    };
    const { machine, driven } = await context.drive({
      reads: [
        { family: 'an.state' },
        { family: 'an.signal' },
        { family: 'md.time' },
        { family: 'md.rules' },
        { family: 'pos.evt', only: [account] },
        { family: 'risk.evt', only: [account] },
        { family: 'ctl.config', only: [account] },
      ],
      says: ['dec.made', 'dec.config', 'ord.cmd', 'ctl.answer'],
      restore: (snapshot) => new DecisionMachine(settings, configurations.byName, snapshot),
      requests: new RememberedConfiguration(documents, account, log),
    });
    void driven.restored.then(() => {
      const { configuration } = machine;
      const chosen = configurations.active;
      if (configuration === null || configurationHash(configuration) !== configurationHash(chosen))
        driven.inject({ name: 'ConfigurationChosen', body: chosen });
    });
    return {
      closed: driven.closed,
      counters: () => ({ ...machine.counters(), taken: driven.taken }),
      notes: () => [`trades by ${machine.configuration?.name ?? 'nothing yet'}`],
    };
  },
});
