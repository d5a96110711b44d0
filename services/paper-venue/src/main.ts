import { subjects } from '@algo/contracts';
import { accountId } from '@algo/model';
import { hostService, readInstrumentCatalog, startStepLoop } from '@algo/runtime';
import { PAPER_DEFAULTS, type PaperSettings } from '@algo/simulation';
import { serveRequests } from './adapters/serve-requests.ts';
import { VenueMachine } from './adapters/venue-machine.ts';
import { config as schema } from './config.ts';

await hostService('paper-venue', schema, async (context) => {
  const { bus, clock, config } = context;
  const instruments = [...readInstrumentCatalog(config.instrumentsFile).values()];
  const quotes = [...new Set(instruments.map((instrument) => instrument.quote))];
  const settings: PaperSettings = {
    ...PAPER_DEFAULTS,
    accounts: [
      {
        account: accountId(config.account),
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
  const told = await bus.last('VENUES', subjects.venueUser('paper', config.account));
  const toldStep = told?.lane?.step ?? 0;
  let over = false;
  void loop.closed.then(() => {
    over = true;
  });
  // Until its books are where they were and explain all that it told, the exchange doesn't answer; whoever asks takes
  // that for silence, not for "no".
  const isBack = () => loop.caughtUp && loop.step >= toldStep && machine.caughtUp;
  while (!isBack() && !over && !context.signal.aborted) await clock.sleep(5);
  for (const subscription of await serveRequests(bus, clock, loop, machine)) context.own(subscription);
  context.health.addReadiness(() => (machine.caughtUp ? [] : ['books: not caught up']));
  return { closed: loop.closed, counters: () => ({ ...machine.counters(), step: loop.step }) };
});
