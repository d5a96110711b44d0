import { accountId } from '@algo/model';
import { hostService, readInstrumentCatalog, startStepLoop } from '@algo/runtime';
import { PAPER_DEFAULTS, type PaperSettings } from '@algo/simulation';
import { awaitBooks } from './adapters/await-books.ts';
import { serveRequests } from './adapters/serve-requests.ts';
import { VenueMachine } from './adapters/venue-machine.ts';
import { config as schema } from './config.ts';

await hostService('paper-venue', schema, async (context) => {
  const { bus, clock, config } = context;
  const account = accountId(config.account);
  const instruments = [...readInstrumentCatalog(config.instrumentsFile).values()];
  const quotes = [...new Set(instruments.map((instrument) => instrument.quote))];
  const settings: PaperSettings = {
    ...PAPER_DEFAULTS,
    accounts: [
      {
        account,
        balances: Object.fromEntries(quotes.map((quote) => [quote, config.startingBalance])),
      },
    ],
    instruments,
    seed: config.seed,
    fees: { makerBps: config.makerBps, takerBps: config.takerBps },
  };
  let machine!: VenueMachine;
  const loop = context.own(
    await startStepLoop('paper-venue', context, {
      saysAfterInputsStored: true,
      restore: async (state) => {
        machine = await VenueMachine.restore(bus, settings, state);
        return machine;
      },
    }),
  );
  await awaitBooks({ bus, clock, account, loop, machine, signal: context.signal });
  for (const subscription of await serveRequests(bus, clock, loop, machine)) context.own(subscription);
  context.health.addReadiness(() => (machine.caughtUp ? [] : ['books: not caught up']));
  return { closed: loop.closed, counters: () => ({ ...machine.counters(), step: loop.step }) };
});
