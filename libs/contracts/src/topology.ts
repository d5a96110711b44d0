import { DRIVEN, RUNNING, type ServiceName } from './services.ts';

/**
 * How a stream is kept. What can't be read on a `money` stream stops its reader, and when it is full its
 * publisher is refused. On a `market` stream it is set aside, because it can be had again, and when the
 * stream is full its oldest goes. Whether a message is flushed before the ack is the server's setting
 * for all streams (ADR 2). Bounds are never absent.
 */
export interface StreamPlan {
  readonly subjects: readonly string[];
  readonly keep: 'money' | 'market';
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  readonly purpose: string;
}

function kept(
  keep: StreamPlan['keep'],
  subjects: readonly string[],
  most: { readonly days: number; readonly mib: number },
  purpose: string,
): StreamPlan {
  return { keep, subjects, purpose, maxAgeMs: most.days * 86_400_000, maxBytes: most.mib * 1024 * 1024 };
}

/** Every stream of the engine. Nothing else creates one. */
export const STREAMS = {
  MARKET: kept(
    'market',
    ['md.trades.>', 'md.feed.>', 'md.time.>', 'md.bars.>'],
    { days: 3, mib: 8192 },
    'trades, feeds',
  ),
  // Few words, kept for as long as positions may be: whoever begins anew learns all rules that ever held.
  INSTRUMENTS: kept('market', ['md.rules.>'], { days: 5 * 365, mib: 64 }, 'rules that exchanges changed'),
  CANDLES: kept('market', ['md.candles.>'], { days: 365, mib: 2048 }, 'closed candles, for warm-up'),
  ANALYTICS: kept('market', ['an.>'], { days: 3, mib: 4096 }, 'market states, patterns, signals'),
  // Its oldest go when it is full: a decider that can't store its why would otherwise not come back.
  DECISIONS: kept('market', ['dec.>'], { days: 5 * 365, mib: 8192 }, 'what was decided and why'),
  ORDERS: kept('money', ['ord.>'], { days: 5 * 365, mib: 8192 }, 'orders, and why entries do not pass'),
  POSITIONS: kept('money', ['pos.>'], { days: 5 * 365, mib: 4096 }, 'positions and their stops'),
  RISK: kept('money', ['risk.>'], { days: 5 * 365, mib: 2048 }, 'equity, drawdown, trading modes'),
  VENUES: kept('money', ['venue.>'], { days: 5 * 365, mib: 4096 }, 'what the paper exchange has done'),
  RECONCILIATION: kept('money', ['rec.>'], { days: 5 * 365, mib: 512 }, 'reconciliation runs'),
  CONTROL: kept('money', ['ctl.>'], { days: 5 * 365, mib: 256 }, 'what people asked for'),
  SYSTEM: kept('market', ['sys.>'], { days: 7, mib: 512 }, 'services, notifications'),
  DEAD_LETTERS: kept('money', ['dlq.>'], { days: 365, mib: 512 }, 'messages nobody could read'),
} satisfies Record<string, StreamPlan>;
export type StreamName = keyof typeof STREAMS;

/** One kind of subject: where it is kept, what it carries, who writes and who reads it. */
export interface FamilyPlan {
  readonly stream: StreamName;
  readonly messages: readonly string[];
  readonly publishers: readonly ServiceName[];
  readonly readers: readonly ServiceName[];
}

/** All families by their first two tokens; permissions follow. OBSERVERS read all, and stand in no list. */
export const FAMILIES = {
  'md.trades': {
    stream: 'MARKET',
    messages: ['TradeBatch'],
    publishers: ['ingest'],
    readers: ['analytics', 'paper-venue', 'execution', 'position-risk'],
  },
  'md.feed': {
    stream: 'MARKET',
    messages: [
      'FeedConnected',
      'FeedDisconnected',
      'GapOpened',
      'GapFilled',
      'GapUnfillable',
      'PriceSeen',
      'TradeRefused',
      'FeedEnded',
    ],
    publishers: ['ingest'],
    readers: ['analytics', 'execution', 'position-risk', 'notifier'],
  },
  'md.time': {
    stream: 'MARKET',
    messages: ['TimeAdvanced'],
    publishers: ['ingest'],
    readers: ['analytics', 'paper-venue', 'execution', 'position-risk', 'decision', 'notifier'],
  },
  /** Bars of somebody else, to warm up with before the first trade of an instrument. */
  'md.bars': {
    stream: 'MARKET',
    messages: ['WarmBars'],
    publishers: ['ingest'],
    readers: ['analytics'],
  },
  /** By which rules an exchange takes orders, when that changes; what held before is in a document. */
  'md.rules': {
    stream: 'INSTRUMENTS',
    messages: ['InstrumentChanged'],
    publishers: ['ingest'],
    readers: ['paper-venue', 'decision', 'execution', 'position-risk', 'reconcile'],
  },
  'md.candles': {
    stream: 'CANDLES',
    messages: ['CandleClosed', 'CandleDoubted'],
    publishers: ['analytics'],
    readers: ['ingest', 'analytics', 'position-risk'],
  },
  'an.state': {
    stream: 'ANALYTICS',
    messages: ['MarketStateUpdated', 'MarketStateChanged'],
    publishers: ['analytics'],
    readers: ['decision'],
  },
  'an.signal': {
    stream: 'ANALYTICS',
    messages: ['SignalGenerated'],
    publishers: ['analytics'],
    readers: ['decision', 'notifier'],
  },
  'an.pattern': {
    stream: 'ANALYTICS',
    messages: ['ZoneChanged', 'GapChanged'],
    publishers: ['analytics'],
    readers: ['analytics'],
  },
  'dec.made': {
    stream: 'DECISIONS',
    messages: ['DecisionMade', 'ConvictionHigh', 'RefusalsCounted'],
    publishers: ['decision'],
    readers: ['notifier'],
  },
  'dec.config': {
    stream: 'DECISIONS',
    messages: ['ConfigurationActivated'],
    publishers: ['decision'],
    readers: [],
  },
  'ord.cmd': {
    stream: 'ORDERS',
    messages: ['PlaceOrder', 'ClosePosition', 'ProtectPosition'],
    publishers: ['decision', 'position-risk'],
    readers: ['execution'],
  },
  'ord.evt': {
    stream: 'ORDERS',
    messages: [
      'OrderDenied',
      'OrderSubmitted',
      'OrderAccepted',
      'OrderRejected',
      'OrderUnknown',
      'OrderFilled',
      'OrderCanceled',
      'OrderExpired',
      'OrderQuarantined',
      'CorrectionMade',
    ],
    publishers: ['execution'],
    readers: ['position-risk', 'reconcile', 'notifier'],
  },
  /** When orders were where on their way, for observers. */
  'ord.time': { stream: 'ORDERS', messages: ['OrderTimed'], publishers: ['execution'], readers: [] },
  /** Cash that no trade moved, once each: of no instrument, so beside the events of orders. */
  'ord.cash': {
    stream: 'ORDERS',
    messages: ['CashMoved'],
    publishers: ['execution'],
    readers: ['position-risk', 'reconcile', 'notifier'],
  },
  /** Said when it changes and at the start of each life. */
  'ord.standing': {
    stream: 'ORDERS',
    messages: ['EntryStanding'],
    publishers: ['execution'],
    readers: ['notifier'],
  },
  'pos.evt': {
    stream: 'POSITIONS',
    messages: [
      'PositionOpened',
      'PositionIncreased',
      'PositionReduced',
      'PositionClosed',
      'StopMoved',
      'ExitTriggered',
    ],
    publishers: ['position-risk'],
    readers: ['ingest', 'decision', 'reconcile', 'notifier'],
  },
  'pos.dust': {
    stream: 'POSITIONS',
    messages: ['DustChanged'],
    publishers: ['position-risk'],
    readers: ['reconcile'],
  },
  'risk.evt': {
    stream: 'RISK',
    messages: [
      'EquityMarked',
      'DrawdownLevelChanged',
      'PortfolioHealth',
      'TradingModeChanged',
      'PrintSetAside',
    ],
    publishers: ['position-risk'],
    readers: ['decision', 'execution', 'notifier'],
  },
  /** What the paper exchange's ledger has done, for observers: who trades there has its account stream. */
  'venue.ledger': {
    stream: 'VENUES',
    messages: ['VenueFilled', 'VenueCanceled', 'VenueExpired', 'VenueCashMoved'],
    publishers: ['paper-venue'],
    readers: [],
  },
  'rec.ask': {
    stream: 'RECONCILIATION',
    messages: ['ReconciliationRequested'],
    publishers: ['execution'],
    readers: ['reconcile'],
  },
  'rec.run': {
    stream: 'RECONCILIATION',
    messages: ['ReconciliationCompleted', 'ReconciliationFailed'],
    publishers: ['reconcile'],
    readers: ['execution', 'notifier'],
  },
  'ctl.mode': {
    stream: 'CONTROL',
    messages: ['SetTradingMode', 'FlattenAll', 'CancelOrders', 'CorrectBooks', 'CompareBooks'],
    publishers: ['cli'],
    readers: ['position-risk', 'execution'],
  },
  'ctl.config': {
    stream: 'CONTROL',
    messages: ['SwitchConfiguration'],
    publishers: ['cli'],
    readers: ['decision'],
  },
  'ctl.answer': {
    stream: 'CONTROL',
    messages: ['CommandObeyed', 'CommandRefused'],
    publishers: ['position-risk', 'execution', 'decision'],
    readers: ['notifier'],
  },
  /** Said every few seconds of feed time, so that execution knows of a guard that died. */
  'sys.guard': {
    stream: 'SYSTEM',
    messages: ['GuardAlive'],
    publishers: ['position-risk'],
    readers: ['execution'],
  },
  'sys.service': {
    stream: 'SYSTEM',
    messages: ['ServiceStarted', 'ServiceStopped', 'ServiceStatus'],
    publishers: RUNNING,
    readers: ['notifier', 'analytics'],
  },
  'sys.notification': {
    stream: 'SYSTEM',
    messages: ['NotificationSent', 'NotificationDead'],
    publishers: ['notifier'],
    readers: [],
  },
  /** Which streams come near their bound. */
  'sys.streams': {
    stream: 'SYSTEM',
    messages: ['StreamsFilling'],
    publishers: ['notifier'],
    readers: ['notifier'],
  },
  /** In which order a process took its inputs. */
  'sys.order': {
    stream: 'SYSTEM',
    messages: ['InputsTaken'],
    publishers: DRIVEN,
    readers: DRIVEN,
  },
  'dlq.letter': {
    stream: 'DEAD_LETTERS',
    messages: ['DeadLetter'],
    publishers: RUNNING,
    readers: ['notifier'],
  },
} as const satisfies Record<string, FamilyPlan>;
export type Family = keyof typeof FAMILIES;

/** Families whose third token is the virtual shard of the instrument: a process can read its part only. */
export const SHARDED: ReadonlySet<Family> = new Set([
  'md.trades',
  'md.feed',
  'md.bars',
  'md.candles',
  'an.state',
  'an.signal',
  'an.pattern',
]);

/** Key-value buckets: snapshots, leases with their epochs, documents such as the active configuration. */
export const BUCKETS = ['snapshots', 'leases', 'documents'] as const;
export type BucketName = (typeof BUCKETS)[number];
