import { type InstrumentId, instrumentToken, onceForEach, type Timeframe, virtualShard } from '@algo/model';
import { FAMILIES, type Family, SHARDED, type StreamName } from './topology.ts';

function shardedSubject(family: Family, instrument: InstrumentId, extra = ''): string {
  return `${family}.${virtualShard(instrument)}.${extra}${instrumentToken(instrument)}`;
}

/** The only place that spells a subject. */
export const subjects = {
  trades: (instrument: InstrumentId) => shardedSubject('md.trades', instrument),
  feed: (instrument: InstrumentId) => shardedSubject('md.feed', instrument),
  bars: (instrument: InstrumentId) => shardedSubject('md.bars', instrument),
  time: (feed: string) => `md.time.${feed}`,
  rules: (feed: string, instrument: InstrumentId) => `md.rules.${feed}.${instrumentToken(instrument)}`,
  candles: (instrument: InstrumentId, timeframe: Timeframe) =>
    shardedSubject('md.candles', instrument, `${timeframe}.`),
  state: (instrument: InstrumentId) => shardedSubject('an.state', instrument),
  signal: (instrument: InstrumentId) => shardedSubject('an.signal', instrument),
  pattern: (instrument: InstrumentId, kind: 'zone' | 'gap') =>
    shardedSubject('an.pattern', instrument, `${kind}.`),
  decision: (instrument: InstrumentId) => `dec.made.${instrumentToken(instrument)}`,
  configuration: (account: string) => `dec.config.${account}`,
  orderCommand: (account: string) => `ord.cmd.${account}`,
  orderEvent: (account: string, instrument: InstrumentId) =>
    `ord.evt.${account}.${instrumentToken(instrument)}`,
  orderTime: (account: string) => `ord.time.${account}`,
  cash: (account: string) => `ord.cash.${account}`,
  entryStanding: (account: string) => `ord.standing.${account}`,
  position: (account: string, instrument: InstrumentId) =>
    `pos.evt.${account}.${instrumentToken(instrument)}`,
  dust: (account: string, instrument: InstrumentId) => `pos.dust.${account}.${instrumentToken(instrument)}`,
  risk: (account: string) => `risk.evt.${account}`,
  venueLedger: (account: string) => `venue.ledger.${account}`,
  reconciliationAsked: (account: string) => `rec.ask.${account}`,
  reconciliation: (account: string) => `rec.run.${account}`,
  controlMode: (account: string) => `ctl.mode.${account}`,
  commandAnswer: (account: string) => `ctl.answer.${account}`,
  guardAlive: (account: string) => `sys.guard.${account}`,
  controlConfig: (account: string) => `ctl.config.${account}`,
  service: (instance: string) => `sys.service.${instance}`,
  notification: (identity: string) => `sys.notification.${identity}`,
  streamsFilling: (identity: string) => `sys.streams.${identity}`,
  inputsTaken: (identity: string) => `sys.order.${identity}`,
  fence: (stream: string, producer: string) => `fence.${stream}.${producer}`,
  deadLetter: (stream: string, consumer: string) => `dlq.letter.${stream}.${consumer}`,
  venueRequest: (account: string, verb: 'submit' | 'cancel' | 'replace' | 'look-up' | 'account' | 'events') =>
    `rpc.venue.${account}.${verb}`,
} as const;

/** Returns the family of a subject; undefined for one that isn't ours. */
export function familyOf(subject: string): Family | undefined {
  const second = subject.indexOf('.', subject.indexOf('.') + 1);
  const key = second < 0 ? subject : subject.slice(0, second);
  return key in FAMILIES ? (key as Family) : undefined;
}

/** Returns the lane of a subject: its family, with its shard if it has one. A producer counts per lane. */
export const laneOf = onceForEach((subject: string): string => {
  const family = familyOf(subject);
  if (family === undefined) throw new Error(`no family in the topology for subject ${subject}`);
  if (!SHARDED.has(family)) return family;
  return subject.slice(0, subject.indexOf('.', family.length + 1));
});

/**
 * Returns the filter of a stream's fences. A process that begins a new life stores one in each stream that it
 * writes: what its older lives say behind it is void.
 */
export function fenceFilter(stream: StreamName): string {
  return `fence.${stream}.>`;
}

/** Returns the filters of a family, narrowed to virtual shards where it is sharded, else to accounts. */
export function familyFilters(family: Family, only?: readonly (number | string)[]): string[] {
  if (only === undefined) return [`${family}.>`];
  if (SHARDED.has(family)) return only.map((shard) => `${family}.${shard}.>`);
  return only.flatMap((account) => [`${family}.${account}`, `${family}.${account}.>`]);
}
