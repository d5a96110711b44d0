import type { LaneSpeaker } from '@algo/bus';
import type { FactName, Family, MessageOf } from '@algo/contracts';
import {
  accountId,
  type ClosePosition,
  Decimal,
  decisionId,
  type ExitPlan,
  type Fill,
  type InstrumentId,
  instrumentId,
  type OrderRequest,
  type PlaceOrder,
  positionId,
  strategyName,
  type TradeColumns,
  type TradingMode,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import { ENVIRONMENT } from './environment.ts';
import { HandStream, HandVenue } from './hand-venue.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import type { SimulatedWorld } from './simulated-world.ts';

export const ACCOUNT = accountId('paper-main');
export const INSTRUMENT = instrumentId('synthetic.spot.ALGOUSD');
export const OTHER = instrumentId('binance.spot.LTCUSDT');
export const STRATEGY = strategyName('order_flow_scalping');
export const d = (text: string) => Decimal.of(text);
export const PLAN: ExitPlan = {
  ...{ stopPrice: d('99'), targetPrice: null, trailing: d('0.005'), holdMaxUs: 3_600_000_000 },
};

/** Everybody around the one service that a test is about, and what they may say. */
const NEIGHBOURS = {
  'ingest.synthetic': ['md.trades', 'md.feed', 'md.time'],
  'decision.paper-main': ['ord.cmd'],
  'position-risk.paper-main': ['ord.cmd', 'risk.evt', 'sys.guard', 'pos.evt'],
  'execution.paper-main': ['ord.evt', 'rec.ask'],
  'reconcile.paper-main': ['rec.run'],
} as const satisfies Record<string, readonly Family[]>;
type Neighbour = keyof typeof NEIGHBOURS;

/** One real service; the test speaks for all others. Event time is the virtual wall time. */
export class Stage {
  readonly engine: SimulatedEngine;
  readonly venue: HandVenue;
  readonly stream = new HandStream();
  readonly #real: Neighbour;
  readonly #speakers = new Map<Neighbour, LaneSpeaker>();
  #trades = 0;

  private constructor(real: Neighbour, world: Partial<SimulatedWorld>) {
    this.#real = real;
    this.venue = new HandVenue();
    const environment = { ...ENVIRONMENT, ALGO_SNAPSHOT_INTERVAL_MS: '600000', ...world.environment };
    this.engine = new SimulatedEngine({
      ...{ seed: 1, openVenue: () => ({ venue: this.venue, accountStream: this.stream }), ...world },
      environment,
    });
  }

  static async open(real: Neighbour, world: Partial<SimulatedWorld> = {}): Promise<Stage> {
    const stage = new Stage(real, world);
    for (const [identity, says] of Object.entries(NEIGHBOURS) as [Neighbour, readonly Family[]][])
      if (identity !== real) {
        const account = identity.startsWith('ingest') ? '' : ACCOUNT;
        stage.#speakers.set(identity, await stage.engine.speaker(identity, account, says));
      }
    await stage.engine.start(real);
    return stage;
  }

  get nowUs(): number {
    return this.engine.clock.nowMs() * 1_000;
  }

  async say<Name extends FactName>(as: Neighbour, name: Name, body: MessageOf<Name>): Promise<void> {
    await this.engine.passing(this.#speakers.get(as)!.say(name, body));
    await this.engine.pass(1);
  }

  /** Kills the service and starts it again. */
  async again(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    this.engine.kill(this.#real);
    await meanwhile();
    await this.engine.start(this.#real);
    await this.engine.pass(5);
  }

  /** A trade, and the feed's time. */
  async trade(price: number, timeUs = this.nowUs, instrument = INSTRUMENT): Promise<void> {
    const trades: TradeColumns = {
      ...{ instrument, count: 1, timeUs: Float64Array.of(timeUs), price: Float64Array.of(price) },
      ...{ quantity: Float64Array.of(1), side: Uint8Array.of(1) },
      ids: { kind: 'counted', values: Float64Array.of(++this.#trades) },
    };
    await this.say('ingest.synthetic', 'TradeBatch', {
      trades,
      receivedUs: 0,
      complete: true,
      origin: 'live',
      sides: 'told',
    });
  }

  async time(toldUs = this.nowUs, behind: readonly InstrumentId[] = []): Promise<void> {
    const about = { feed: 'synthetic', toldUs, sureUs: toldUs, behind, wallUs: this.nowUs };
    await this.say('ingest.synthetic', 'TimeAdvanced', {
      type: 'TimeAdvanced',
      ...about,
      speed: 1,
      warm: false,
    });
  }

  /** All that execution must hear before it lets an entry pass. */
  async openGate(): Promise<void> {
    await this.time();
    const asked = () => this.engine.said('RECONCILIATION', 'ReconciliationRequested');
    await this.engine.until(() => asked().length > 0);
    const { account, epoch, requestId, venue } = asked().at(-1)!;
    const answer = {
      account,
      epoch,
      requestId,
      venue,
      validForMs: 600_000,
      shut: [],
      differences: [],
      aside: [],
      setup: null,
      shownUs: 1,
      orders: [],
      asOfUs: this.nowUs,
    };
    const report = { reportId: 'r', snapshotHash: 'h', discrepancies: [], counts: {} };
    await this.say('reconcile.paper-main', 'ReconciliationCompleted', { ...answer, ...report });
    await this.alive();
    await this.trade(100);
  }

  alive(): Promise<void> {
    const body = { account: ACCOUNT, feed: 'synthetic', timeUs: this.nowUs };
    return this.say('position-risk.paper-main', 'GuardAlive', body);
  }

  order(n: number, change: Partial<PlaceOrder> = {}): PlaceOrder {
    return {
      ...{ type: 'PlaceOrder', commandId: `place-${n}`, decision: decisionId(`decision-${n}`) },
      ...{ strategy: STRATEGY, account: ACCOUNT, instrument: INSTRUMENT, direction: 'long' },
      ...{ orderType: 'limit', timeInForce: 'ioc', quantity: d('10'), limitPrice: d('100.2'), plan: PLAN },
      ...{ timeUs: this.nowUs, expiresUs: this.nowUs + 60_000_000, ...change },
    };
  }

  place(n: number, change: Partial<PlaceOrder> = {}): Promise<void> {
    return this.say('decision.paper-main', 'PlaceOrder', this.order(n, change));
  }

  close(n: number, change: Partial<ClosePosition> = {}): Promise<void> {
    const body: ClosePosition = {
      ...{ type: 'ClosePosition', commandId: `close-${n}`, position: positionId('position-1') },
      ...{ account: ACCOUNT, instrument: INSTRUMENT, direction: 'long', quantity: d('10') },
      ...{ reason: 'initial_stop', attempt: n, timeUs: this.nowUs, ...change },
    };
    return this.say('position-risk.paper-main', 'ClosePosition', body);
  }

  mode(mode: TradingMode, by = 'anna'): Promise<void> {
    const scope = { kind: 'account', account: ACCOUNT } as const;
    const change = { scope, mode, reason: 'test', by, latched: false, commandId: null };
    const body = { type: 'TradingModeChanged', ...change } as const;
    return this.say('position-risk.paper-main', 'TradingModeChanged', { ...body, timeUs: this.nowUs });
  }

  /** The exchange tells of a fill of one of execution's orders. */
  async venueFills(request: OrderRequest, trade: string): Promise<void> {
    const fill = fillOf(request, trade, '100', this.nowUs);
    this.stream.tell({ type: 'VenueFilled', fill, cumulative: request.quantity });
    await this.engine.pass(1);
  }
}

/** Returns a fill of the whole order. */
export function fillOf(request: OrderRequest, trade: string, price: string, timeUs: number): Fill {
  const { clientOrderId, account, instrument, side, quantity } = request;
  return {
    ...{ venueTradeId: venueTradeId(trade), venueOrderId: venueOrderId(`v-${clientOrderId}`) },
    ...{ clientOrderId, account, instrument, side, quantity, price: d(price) },
    ...{ fee: d('0'), feeAsset: 'USD', liquidity: 'taker', timeUs },
  };
}
