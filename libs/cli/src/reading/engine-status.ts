import { type Bus, sharedNowMs, systemClock } from '@algo/bus';
import { type ServiceStatus, type StreamFill, subjects } from '@algo/contracts';
import {
  type AccountId,
  type EntryStanding,
  membersOf,
  type ShardPlan,
  shardsOf,
  type UnvaluedFee,
} from '@algo/model';
import {
  BesideList,
  CashList,
  DustList,
  type EventCounts,
  EventTally,
  FeedList,
  type ListedBeside,
  type ListedCash,
  type ListedDust,
  type ListedFeed,
} from '@algo/read-models';
import { identityOf, readShardPlan } from '@algo/runtime';
import { diskWords } from '../engine/disk-room.ts';
import type { EngineAccess } from '../engine/engine-access.ts';
import { counterSum } from './counter-sum.ts';
import { readAccountEvents, readEvents } from './read-events.ts';
import { clockWords, GUARDING, silentWords } from './silent-services.ts';
import { readStoredTrades, type StoredInstrument } from './stored-trades.ts';
import { countStreamTrades } from './trade-count.ts';

/** One instrument of a stopped engine: what came in beside what is stored. */
export interface InstrumentStatus extends StoredInstrument {
  readonly tradesIn: number;
  readonly unstored: number;
}

/** What an account has beside its positions. */
interface OddHoldings {
  /** Fees in assets without a price, as they were marked last: no part of `equity`. */
  readonly unvaluedFees: readonly UnvaluedFee[];
  /** What the venue holds that is not ours to trade. */
  readonly beside: readonly ListedBeside[];
  /** Cash that no trade moved, in all. */
  readonly cash: readonly ListedCash[];
  /** What positions left that no order could close. */
  readonly dust: readonly ListedDust[];
}

/** Who shares the virtual shards of analytics. */
export interface ShardStatus {
  /** Of the plan: it grows with each change. */
  readonly revision: number;
  readonly processes: readonly {
    readonly process: string;
    /** How many it has by the plan. */
    readonly planned: number;
    /** Of these, or of those that it still has, so many come or go; null where it says nothing. */
    readonly moving: number | null;
  }[];
}

/** What `algo status` tells. Its JSON is documented in docs/operations.md. */
export interface EngineStatus extends EventCounts, OddHoldings {
  /** Null for an engine whose files are elsewhere. */
  readonly dataDir: string | null;
  /** Its data directory, or its server's address. */
  readonly place: string;
  readonly running: boolean;
  readonly feed: string;
  /** Whose decisions, orders and positions are counted. */
  readonly account: string;
  /** Where its orders go: `paper`, or a real exchange. */
  readonly exchange: string;
  readonly tradesIn: number;
  readonly stored: number;
  /** In the market stream and in no file yet: the next start stores it; null while running. */
  readonly unstored: number | null;
  /** Stored more than once; null while running, when the files belong to analytics. */
  readonly duplicate: number | null;
  /** Came in and on its way into the files; null when stopped. */
  readonly inFlight: number | null;
  /** False when the market stream has dropped its oldest trades, so that `tradesIn` is a lower bound. */
  readonly tradesInIsWhole: boolean;
  readonly instruments: readonly InstrumentStatus[];
  /** What is heard of each instrument, and what can be proven of it. */
  readonly feeds: readonly ListedFeed[];
  /** What each said last. *Units*: `timeUs` when that was stored, by the server's clock. */
  readonly services: readonly ServiceStatus[];
  /** When they were asked, by the server's clock. *Units*: ms since 1970. */
  readonly askedMs: number;
  readonly shards: ShardStatus;
  /** That the disk of the data directory is full, or nearly; null while there is room. */
  readonly disk: string | null;
  /** Of the services that guard money those that say nothing, and what is not done meanwhile. */
  readonly silent: readonly string[];
  /** Why entries do not pass, as execution said last; null before it said anything. */
  readonly entries: EntryStanding | null;
  /** Streams near their bound, as the notifier said within the last hour. */
  readonly streamsFilling: readonly StreamFill[];
}

/** Returns how an engine is, or how it was left, and what one of its accounts did. */
export async function readEngineStatus(access: EngineAccess, account: AccountId): Promise<EngineStatus> {
  const { bus, dataDir, place, engine } = access;
  const askedMs = await sharedNowMs(bus, systemClock);
  const services = await lastStatuses(bus, engine.identities);
  const trades = access.running ? liveTrades(services) : await storedTrades(bus, access.dataDir);
  return {
    dataDir: dataDir ?? null,
    place,
    running: access.running,
    feed: engine.feed,
    account,
    exchange: engine.live[account]?.exchange ?? 'paper',
    ...trades,
    ...(await whatHappened(bus, account)),
    services,
    askedMs,
    disk: (dataDir === undefined ? undefined : diskWords(dataDir)) ?? null,
    shards: shardStatus(await readShardPlan(bus), access.running ? services : []),
    silent: access.running ? await silentWords(bus, account, GUARDING) : [],
    streamsFilling: await lastFilling(bus),
  };
}

async function whatHappened(
  bus: Bus,
  account: AccountId,
): Promise<EventCounts & OddHoldings & Pick<EngineStatus, 'entries' | 'feeds'>> {
  const [tally, beside, dust, cash] = [new EventTally(), new BesideList(), new DustList(), new CashList()];
  let entries: EntryStanding | null = null;
  let unvaluedFees: readonly UnvaluedFee[] = [];
  const feeds = new FeedList();
  for await (const { fact } of readEvents(bus, 'MARKET', 'md.feed.>'))
    for (const list of [tally, feeds]) list.take(fact);
  for await (const { fact } of readAccountEvents(bus, account)) {
    for (const list of [tally, beside, dust, cash]) list.take(fact);
    if (fact.name === 'EntryStanding') entries = fact.body;
  }
  for await (const { fact } of readEvents(bus, 'RISK', subjects.risk(account))) {
    tally.take(fact);
    if (fact.name === 'EquityMarked') unvaluedFees = fact.body.unvalued;
  }
  const odd = { unvaluedFees, beside: beside.all(), dust: dust.all(), cash: cash.all() };
  return { ...tally.counts(), entries, feeds: feeds.all(), ...odd };
}

async function lastStatuses(bus: Bus, identities: readonly string[]): Promise<ServiceStatus[]> {
  const found: ServiceStatus[] = [];
  for (const identity of identities) {
    const last = await bus.last('SYSTEM', subjects.service(identity));
    if (last?.fact.name !== 'ServiceStatus') continue;
    const { storedUs, fact } = last;
    const clock = clockWords(fact.body.timeUs, storedUs);
    const notes = clock === undefined ? fact.body.notes : [...fact.body.notes, clock];
    found.push({ ...fact.body, timeUs: storedUs, notes });
  }
  return found;
}

function shardStatus(plan: ShardPlan, services: readonly ServiceStatus[]): ShardStatus {
  const planned = new Map(
    membersOf(plan).map((member) => [identityOf('analytics', member), shardsOf(plan, member).length]),
  );
  // One that is to have none may still have some.
  const others = services.filter(({ service, counters }) => service === 'analytics' && counters.shards);
  const names = new Set([...planned.keys(), ...others.map(({ instance }) => instance)]);
  const processes = [...names].map((process) => {
    const counters = services.find(({ instance }) => instance === process)?.counters;
    return { process, planned: planned.get(process) ?? 0, moving: counters?.moving ?? null };
  });
  return { revision: plan.revision, processes };
}

async function lastFilling(bus: Bus): Promise<readonly StreamFill[]> {
  const said = (await bus.last('SYSTEM', subjects.streamsFilling(identityOf('notifier', 'main'))))?.fact;
  return said?.name === 'StreamsFilling' ? said.body.high : [];
}

type TradeFacts = Pick<
  EngineStatus,
  'tradesIn' | 'stored' | 'unstored' | 'duplicate' | 'inFlight' | 'tradesInIsWhole' | 'instruments'
>;

function liveTrades(services: readonly ServiceStatus[]): TradeFacts {
  const tradesIn = counterSum(services, 'ingest', 'accepted');
  const stored = counterSum(services, 'analytics', 'stored');
  const inFlight = Math.max(0, tradesIn - stored);
  return {
    tradesIn,
    stored,
    unstored: null,
    duplicate: null,
    inFlight,
    tradesInIsWhole: true,
    instruments: [],
  };
}

async function storedTrades(bus: Bus, dataDir: string): Promise<TradeFacts> {
  const stream = await countStreamTrades(bus);
  const files = await readStoredTrades(dataDir);
  const known = new Map(files.map((file) => [file.instrument, file]));
  const names = [...new Set([...known.keys(), ...stream.byInstrument.keys()])].toSorted();
  const instruments = names.map((instrument): InstrumentStatus => {
    const file = known.get(instrument) ?? { ...NOTHING_STORED, instrument };
    const tradesIn = stream.byInstrument.get(instrument)?.trades ?? 0;
    return { ...file, tradesIn, unstored: Math.max(0, tradesIn - (file.stored - file.duplicate)) };
  });
  const total = (pick: (one: InstrumentStatus) => number) =>
    instruments.reduce((sum, one) => sum + pick(one), 0);
  return {
    tradesIn: total((one) => one.tradesIn),
    stored: total((one) => one.stored),
    unstored: total((one) => one.unstored),
    duplicate: total((one) => one.duplicate),
    inFlight: null,
    tradesInIsWhole: stream.isWhole,
    instruments,
  };
}

const NOTHING_STORED = {
  stored: 0,
  duplicate: 0,
  tradeVolume: 0,
  candleVolume: { '15s': 0, '1m': 0, '5m': 0, '15m': 0, '1h': 0 },
};
