import { accountId, Decimal } from '@algo/model';
import { defineService } from '@algo/runtime';
import { FEE_ASSET, PAPER_DEFAULTS, type PaperSettings } from '@algo/simulation';
import { QuestionDesk } from './adapters/question-desk.ts';
import { config } from './config.ts';
import { VenueMachine } from './domain/index.ts';

/**
 * Plays the exchange of one paper account: takes its orders, fills them from the public trades, tells
 * what happened.
 */
export const service = defineService({
  name: 'paper-venue',
  config,
  purpose: ({ account }) => account,
  async start(context) {
    const { bus, clock, config } = context;
    const account = accountId(config.account);
    const instruments = [...(await context.instruments()).values()];
    const quotes = [...new Set(instruments.map((instrument) => instrument.quote))];
    // So little that it runs out.
    const feeAsset = config.paperVices.feeAssetPrice > 0 ? { [FEE_ASSET]: Decimal.one } : {};
    const settings: PaperSettings = {
      ...PAPER_DEFAULTS,
      accounts: [
        {
          account,
          balances: {
            ...Object.fromEntries(quotes.map((quote) => [quote, config.startingBalance])),
            ...feeAsset,
          },
        },
      ],
      instruments,
      seed: config.seed,
      vices: config.paperVices,
      history: config.paperHistory,
      fees: { makerBps: config.makerBps, takerBps: config.takerBps },
    };
    const desk = new QuestionDesk(clock);
    const { machine, driven } = await context.drive({
      reads: [{ family: 'md.trades' }, { family: 'md.time' }, { family: 'md.rules' }],
      says: ['venue.ledger'],
      restore: (snapshot) => new VenueMachine(settings, snapshot),
      requests: desk,
    });
    const exchange = { view: machine.view, isSocketUp: () => machine.isSocketUp };
    for (const open of await desk.serve(bus, account, exchange, driven)) context.own(open);
    return { closed: driven.closed, counters: () => ({ ...machine.counters(), taken: driven.taken }) };
  },
});
