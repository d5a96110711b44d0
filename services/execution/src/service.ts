import { sharedNowMs } from '@algo/bus';
import { accountId, type VenueEvent } from '@algo/model';
import { checkVenueAccess, defineService, exchangeOf, isLive, readInstrumentsFile } from '@algo/runtime';
import { EXCHANGE_NAMES } from '@algo/venues';
import { isSilent, LOOK_EVERY_MS } from './adapters/is-silent.ts';
import { checkLimits, LIMITS_EVERY_MS, LimitsFile } from './adapters/limits-file.ts';
import { OrderWire } from './adapters/order-wire.ts';
import { type Config, config } from './config.ts';
import { ExecutionMachine, type ExecutionOwn, type NamedLimits } from './domain/index.ts';
import { executionSettings } from './settings.ts';

/** Places the orders of one account, and says what became of each. One process at a time, by a lease. */
export const service = defineService({
  name: 'execution',
  config,
  purpose: ({ account }) => account,
  check(config) {
    checkLimits(config);
    checkVenueAccess(exchangeOf(config, config.account), config);
  },
  async start(context) {
    const { clock, config, log } = context;
    const account = accountId(config.account);
    const settings = executionSettings(config, [...(await context.instruments()).values()]);
    const namedInFile = readInstrumentsFile(config.instrumentsFile).overrides.keys();
    const limitsFile = new LimitsFile(
      config.limitsFile,
      {
        ...{ account, accounts: config.accounts, venue: settings.venue, venues: EXCHANGE_NAMES },
        // A limit of an instrument that is not fed just now is no mistake.
        instruments: [...new Set([...settings.instruments.map(({ id }) => id), ...namedInFile])],
        isLive: isLive(config, account),
      },
      log,
    );
    const limits = limitsFile.read();
    const lease = await context.lease();
    if (lease === undefined) return { closed: Promise.resolve(undefined), counters: () => ({}) };
    const { epoch } = lease;
    const { venue, accountStream } = await context.exchange(account, config);
    const wire = new OrderWire({
      ...{ venue, lease, clock, log, isTimed: context.isTimed === true },
      sharedNowMs: () => sharedNowMs(context.bus, clock),
    });
    const { machine, driven } = await context.drive({
      reads: [
        { family: 'ord.cmd', only: [account] },
        { family: 'md.trades' },
        { family: 'md.feed' },
        { family: 'md.time' },
        { family: 'md.rules' },
        { family: 'risk.evt', only: [account] },
        { family: 'sys.guard', only: [account] },
        { family: 'ctl.mode', only: [account] },
        { family: 'rec.run', only: [account] },
      ],
      says: ['ord.evt', 'ord.cash', 'ord.standing', 'ord.time', 'rec.ask', 'ctl.answer'],
      restore: (snapshot) => {
        const machine = new ExecutionMachine(settings, snapshot);
        wire.judge = machine;
        return machine;
      },
      requests: wire,
      epoch,
    });
    // Limits come as an input like any other, so that a replay judges by those that held.
    const limit = (told: NamedLimits) => {
      if (told.hash !== machine.limitsHash) driven.inject({ name: 'LimitsChanged', body: told });
    };
    void driven.restored.then(() => {
      limit(limits);
      const { stopTrigger, readsSettleMs } = venue.capabilities;
      const objections = isLive(config, account) ? unconfirmed(config) : [];
      const described = { holdsStops: stopTrigger !== 'none', readsSettleMs, objections };
      driven.inject({ name: 'VenueDescribed', body: described });
      driven.inject({ name: 'EpochStarted', body: { epoch } });
      context.repeat(LIMITS_EVERY_MS, () => {
        const changed = limitsFile.changed();
        if (changed !== undefined) limit(changed);
      });
      context.repeat(LOOK_EVERY_MS, () => {
        const silent = { name: 'FeedSilent', body: { forMs: LOOK_EVERY_MS } } as const;
        if (isSilent(clock, machine.newestWallUs)) driven.inject(silent);
      });
      accountStream.open({
        event: (event) => driven.inject(ownOf(event)),
        connected: () => driven.inject({ name: 'AccountStreamConnected', body: null }),
        disconnected: (reason) => {
          log.warn({ reason }, 'the account stream is lost: no entry until it is back and compared');
          driven.inject({ name: 'AccountStreamLost', body: { reason } });
        },
      });
    });
    return {
      closed: driven.closed,
      counters: () => ({ ...machine.counters(), epoch, taken: driven.taken }),
      metrics: () => wire.times.text(`service="${context.identity}"`),
      notes: () => [`limits ${machine.limitsHash.slice(0, 8)}`, ...wire.reads.notes()],
    };
  },
});

/** Real money is traded once a person has said so, by its name; in words where nobody has. */
function unconfirmed({ account, liveConfirmed }: Config): readonly string[] {
  if (liveConfirmed.split(',').includes(account)) return [];
  return [`nobody has confirmed that ${account} trades real money. Set ALGO_LIVE_CONFIRMED to ${account}.`];
}

function ownOf(event: VenueEvent): ExecutionOwn {
  switch (event.type) {
    case 'VenueFilled':
      return { name: event.type, body: event };
    case 'VenueCashMoved':
      return { name: event.type, body: event };
    case 'VenueCanceled':
      return { name: event.type, body: event };
    case 'VenueExpired':
      return { name: event.type, body: event };
    default:
      return event satisfies never;
  }
}
