import type { TimeUs } from '@algo/model';
import type { MessageCodec } from './codec.ts';
import { codecFor, codecs, type MessageName, type MessageOf } from './codecs.ts';
import { ContractError } from './contract-error.ts';
import { subjects } from './subjects.ts';
import { FAMILIES, type Family } from './topology.ts';

/** Every message that is kept in a stream, by its short name. */
export type FactName = (typeof FAMILIES)[Family]['messages'][number] & MessageName;

/** A stored message as the program sees it: its short name and the model's value. */
export type Fact<Name extends FactName = FactName> = {
  readonly [Each in Name]: { readonly name: Each; readonly body: MessageOf<Each> };
}[Name];

/** The facts of some families: what a service that reads them must be able to take. */
export type FactOf<Kind extends Family> = Fact<(typeof FAMILIES)[Kind]['messages'][number] & FactName>;

/** Who says a fact, for subjects that begin with it. */
export interface Speaker {
  /** This process's name: `execution.paper-main`, `analytics.0`. */
  readonly identity: string;
  /** The account that it trades for; empty for those that serve all accounts. */
  readonly account: string;
}

interface About<Body> {
  readonly subject: (body: Body, speaker: Speaker) => string;
  /** Event time of what happened. */
  readonly timeUs: (body: Body) => TimeUs;
}

type Abouts = { readonly [Name in FactName]: About<MessageOf<Name>> };

const timed = (body: { readonly timeUs: TimeUs }): TimeUs => body.timeUs;

/** Returns the table rows of several messages that have their subject and time in common. */
function each<Name extends FactName>(
  names: readonly Name[],
  about: About<MessageOf<Name>>,
): { readonly [Each in Name]: About<MessageOf<Each>> } {
  return Object.fromEntries(names.map((name) => [name, about])) as {
    readonly [Each in Name]: About<MessageOf<Each>>;
  };
}

/** Where each fact goes and when it happened: the only place that says so. */
const ABOUT: Abouts = {
  TradeBatch: {
    subject: ({ trades }) => subjects.trades(trades.instrument),
    timeUs: ({ trades }) => trades.timeUs[trades.count - 1] ?? 0,
  },
  ...each(FAMILIES['md.feed'].messages, { subject: (body) => subjects.feed(body.instrument), timeUs: timed }),
  WarmBars: { subject: ({ instrument }) => subjects.bars(instrument), timeUs: ({ untilUs }) => untilUs },
  TimeAdvanced: { subject: (body) => subjects.time(body.feed), timeUs: (body) => body.toldUs },
  InstrumentChanged: {
    subject: ({ feed, instrument }) => subjects.rules(feed, instrument),
    timeUs: timed,
  },
  CandleClosed: {
    subject: (body) => subjects.candles(body.instrument, body.timeframe),
    timeUs: (body) => body.openTimeUs,
  },
  CandleDoubted: {
    subject: (body) => subjects.candles(body.instrument, body.timeframe),
    timeUs: timed,
  },
  MarketStateUpdated: {
    subject: ({ state }) => subjects.state(state.instrument),
    timeUs: ({ state }) => state.timeUs,
  },
  MarketStateChanged: { subject: (body) => subjects.state(body.instrument), timeUs: timed },
  SignalGenerated: {
    subject: ({ state }) => subjects.signal(state.instrument),
    timeUs: ({ state }) => state.timeUs,
  },
  ZoneChanged: {
    subject: (body) => subjects.pattern(body.instrument, 'zone'),
    timeUs: (body) => Math.max(body.lastTestedUs, body.firstSeenUs),
  },
  GapChanged: {
    subject: (body) => subjects.pattern(body.instrument, 'gap'),
    timeUs: (body) => Math.max(body.createdUs, body.filledUs),
  },
  ...each(FAMILIES['dec.made'].messages, {
    subject: (body) => subjects.decision(body.instrument),
    timeUs: timed,
  }),
  ConfigurationActivated: {
    subject: (_, { account }) => subjects.configuration(account),
    timeUs: timed,
  },
  ...each(FAMILIES['ord.cmd'].messages, {
    subject: (_, { account }) => subjects.orderCommand(account),
    timeUs: timed,
  }),
  ...each(FAMILIES['ord.evt'].messages, {
    subject: (body) => subjects.orderEvent(body.account, body.instrument),
    timeUs: timed,
  }),
  OrderTimed: { subject: (body) => subjects.orderTime(body.account), timeUs: timed },
  CashMoved: { subject: (body) => subjects.cash(body.account), timeUs: timed },
  EntryStanding: { subject: (body) => subjects.entryStanding(body.account), timeUs: timed },
  ...each(FAMILIES['pos.evt'].messages, {
    subject: ({ position }) => subjects.position(position.account, position.instrument),
    timeUs: timed,
  }),
  DustChanged: { subject: (body) => subjects.dust(body.account, body.instrument), timeUs: timed },
  ...each(FAMILIES['risk.evt'].messages, {
    subject: (_, { account }) => subjects.risk(account),
    timeUs: timed,
  }),
  VenueFilled: {
    subject: ({ fill }) => subjects.venueLedger(fill.account),
    timeUs: ({ fill }) => fill.timeUs,
  },
  ...each(['VenueCanceled', 'VenueExpired', 'VenueCashMoved'], {
    subject: (body) => subjects.venueLedger(body.account),
    timeUs: timed,
  }),
  ReconciliationRequested: {
    subject: (body) => subjects.reconciliationAsked(body.account),
    timeUs: timed,
  },
  ...each(FAMILIES['rec.run'].messages, {
    subject: (body) => subjects.reconciliation(body.account),
    timeUs: (body) => body.asOfUs,
  }),
  ...each(FAMILIES['ctl.mode'].messages, {
    subject: (_, { account }) => subjects.controlMode(account),
    timeUs: timed,
  }),
  SwitchConfiguration: { subject: (_, { account }) => subjects.controlConfig(account), timeUs: timed },
  ...each(FAMILIES['sys.service'].messages, {
    subject: (body) => subjects.service(body.instance),
    timeUs: timed,
  }),
  ...each(FAMILIES['sys.notification'].messages, {
    subject: (_, { identity }) => subjects.notification(identity),
    timeUs: timed,
  }),
  ...each(FAMILIES['ctl.answer'].messages, {
    subject: (_, { account }) => subjects.commandAnswer(account),
    timeUs: timed,
  }),
  GuardAlive: { subject: (body) => subjects.guardAlive(body.account), timeUs: timed },
  StreamsFilling: { subject: (_, { identity }) => subjects.streamsFilling(identity), timeUs: timed },
  InputsTaken: { subject: (_, { identity }) => subjects.inputsTaken(identity), timeUs: () => 0 },
  DeadLetter: {
    subject: ({ stream, consumer }) => subjects.deadLetter(stream, consumer),
    timeUs: timed,
  },
};

const CODECS: { readonly [Name in FactName]: MessageCodec<MessageOf<Name>> } = codecs;

/** Returns the subject that a fact is stored under. */
export function subjectOf<Name extends FactName>(
  name: Name,
  body: MessageOf<Name>,
  speaker: Speaker,
): string {
  return aboutOf(name).subject(body, speaker);
}

/** Returns the event time of a fact. *Units*: µs; 0 for those that are about no moment of the market. */
export function timeOf<Name extends FactName>(name: Name, body: MessageOf<Name>): TimeUs {
  return aboutOf(name).timeUs(body);
}

/** Returns a fact as it travels. *Errors*: ContractError on a value that its contract forbids. */
export function encodeFact<Name extends FactName>(name: Name, body: MessageOf<Name>): Uint8Array {
  return CODECS[name].encode(body);
}

/** Returns the full message name of a fact: `algo.v1.OrderFilled`. */
export function typeOf(name: FactName): string {
  return codecs[name].type;
}

/**
 * Returns the fact that stored bytes hold. *Errors*: ContractError, also on a type that this build doesn't
 * know.
 */
export function decodeFact(type: string, bytes: Uint8Array): Fact {
  const name = type.slice(type.lastIndexOf('.') + 1);
  const codec = codecFor(type);
  if (codec === undefined || !Object.hasOwn(ABOUT, name))
    throw new ContractError({
      type,
      field: '',
      value: '',
      because: 'not a message of a stream that this build knows',
    });
  return { name, body: codec.decode(bytes) } as Fact;
}

function aboutOf<Name extends FactName>(name: Name): About<MessageOf<Name>> {
  return ABOUT[name];
}
