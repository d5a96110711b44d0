import { bucketSnapshots } from '@algo/bus';
import { accountId } from '@algo/model';
import { checkVenueAccess, defineService, exchangeOf, followRules } from '@algo/runtime';
import { tradedAt } from '@algo/venues';
import { Comparison } from './adapters/comparison.ts';
import { OwnBooks } from './adapters/own-books.ts';
import { config } from './config.ts';
import { ReconcileMachine } from './domain/index.ts';

/** Compares an account's books with its venue's for whoever asks, and says whether execution may trade. */
export const service = defineService({
  name: 'reconcile',
  config,
  purpose: ({ account }) => account,
  check: (config) => checkVenueAccess(exchangeOf(config, config.account), config),
  async start(context) {
    const { bus, config, identity, log } = context;
    const { validForMs } = config;
    const account = accountId(config.account);
    const { instruments: catalog } = await followRules(context, (await context.instruments()).values());
    const own = context.own(
      await OwnBooks.open({
        ...{ bus, account, instruments: catalog },
        checkpoints: bucketSnapshots(bus.bucket('snapshots'), `${identity}.books`),
        onUnsaved: (error) => log.warn({ reason: error.message }, 'no checkpoint of our books was kept'),
      }),
    );
    const { venue } = await context.exchange(account, config);
    const { machine, driven } = await context.drive({
      reads: [{ family: 'rec.ask', only: [account] }],
      says: ['rec.run'],
      restore: (snapshot) => new ReconcileMachine({ account, validForMs }, snapshot),
      requests: new Comparison({
        ...{ account, own, venue },
        instruments: tradedAt(exchangeOf(config, config.account), [...catalog.values()]),
      }),
    });
    return { closed: driven.closed, counters: () => ({ ...machine.counters(), taken: driven.taken }) };
  },
});
