import {
  type CashReason,
  type ClosePosition,
  clientOrderId,
  type DenialCode,
  type Direction,
  type ExitPlan,
  entrySide,
  exitSide,
  type HaltScope,
  type Instrument,
  type InstrumentId,
  openSnapshot,
  type ProtectPosition,
  type Side,
  sealSnapshot,
  type TimeAdvanced,
  type TimeUs,
  type TradeColumns,
  type TradingMode,
  US_PER_SECOND,
  venueOrderId,
} from '@algo/model';
import type { FlattenAll, SetTradingMode } from '../person-commands.ts';
import { PositionRiskEngine } from '../position-risk-engine.ts';
import type { PositionRiskInput, PositionRiskOutput } from '../position-risk-io.ts';
import { POSITION_RISK_DEFAULTS, type PositionRiskSettings } from '../position-risk-settings.ts';
import { ACCOUNT, at, BTC, d, ETH, type FillOptions, filled, submitted, T0 } from './order-words.ts';

export { ACCOUNT, at, BTC, d, ETH, T0 };

const instrument = (id: InstrumentId, market: 'perp' | 'spot', base: string, tick: string): Instrument => ({
  id,
  venue: 'binance',
  market,
  symbol: `${base}USDT`,
  base,
  quote: 'USDT',
  assetClass: 'regular',
  priceTick: d(tick),
  quantityStep: d('0.001'),
  minQuantity: d('0.001'),
  minNotional: d('5'),
  minNotionalBindsExits: market === 'spot',
});

export const SETTINGS: PositionRiskSettings = {
  ...POSITION_RISK_DEFAULTS,
  account: ACCOUNT,
  startingEquity: d('100000'),
  instruments: new Map([
    [BTC, instrument(BTC, 'perp', 'BTC', '0.01')],
    [ETH, instrument(ETH, 'spot', 'ETH', '0.01')],
  ]),
};

export const PLAN: ExitPlan = {
  stopPrice: d('49000'),
  targetPrice: null,
  trailing: d('0.005'),
  holdMaxUs: 3_600 * US_PER_SECOND,
};

const OWN: HaltScope = { kind: 'account', account: ACCOUNT };

/** Returns trades of one instrument, one each at the given second and price. */
export function trades(
  id: InstrumentId,
  rows: readonly (readonly [seconds: number, price: number])[],
): TradeColumns {
  return {
    instrument: id,
    count: rows.length,
    timeUs: Float64Array.from(rows, ([seconds]) => at(seconds)),
    price: Float64Array.from(rows, ([, price]) => price),
    quantity: new Float64Array(rows.length).fill(1),
    side: new Uint8Array(rows.length),
    ids: { kind: 'counted', values: Float64Array.from(rows, (_, i) => i) },
  };
}

/** Returns a person's command to leave all that is held, or as said; good for a minute. */
export function flattenAll(commandId: string, change: Partial<FlattenAll> = {}): FlattenAll {
  const timeUs = change.timeUs ?? 1;
  return {
    ...{ type: 'FlattenAll', commandId, account: ACCOUNT, scope: { kind: 'account', account: ACCOUNT } },
    ...{ position: null, reason: 'go home', by: 'Ada', timeUs, expiresWallUs: timeUs + 60 * US_PER_SECOND },
    ...change,
  };
}

/** Tells a machine a story in a trader's words and keeps everything that it answers. For tests. */
export class Scenario {
  engine: PositionRiskEngine;
  readonly log: PositionRiskOutput[] = [];
  readonly #settings: PositionRiskSettings;
  #orders = 0;
  #fills = 0;

  constructor(settings: PositionRiskSettings = SETTINGS) {
    this.#settings = settings;
    this.engine = new PositionRiskEngine(settings);
  }

  give(input: PositionRiskInput): PositionRiskOutput[] {
    const out = this.engine.handle(input);
    this.log.push(...out);
    return out;
  }

  prices(id: InstrumentId, ...rows: (readonly [seconds: number, price: number])[]): PositionRiskOutput[] {
    return this.give({ type: 'TradesSeen', trades: trades(id, rows) });
  }

  time(seconds: number, speed = 1): PositionRiskOutput[] {
    return this.give({ ...told(at(seconds)), speed });
  }

  /** Cash moves by no trade, all that is of one number once. */
  cash(amount: string, reason: CashReason, number: number, asset = 'USDT'): PositionRiskOutput[] {
    const about = { venueMoveId: `m${number}`, account: ACCOUNT, asset, amount: d(amount), reason };
    return this.give({ type: 'CashMoved', ...about, timeUs: T0 });
  }

  /** Sends an entry order off and returns its client order id. */
  enter(direction: Direction, plan: ExitPlan | null = PLAN, seconds = 0, id = BTC): string {
    const order = `entry-${++this.#orders}`;
    this.give(submitted(order, 'entry', entrySide(direction), null, `place-${order}`, plan, at(seconds), id));
    return order;
  }

  /** A person has what is held left, all of it or as said; the wall clock goes with the feed's. */
  flatten(seconds: number, change: Partial<FlattenAll> = {}) {
    return this.ask(flattenAll(`flatten-${seconds}`, { timeUs: at(seconds), ...change }));
  }

  /** A person asks for a mode of the account, in time. */
  setMode(commandId: string, mode: TradingMode, by = 'Ada', scope: HaltScope = OWN, timeUs = 1) {
    const expiresWallUs = timeUs + 60 * US_PER_SECOND;
    const asked = { commandId, scope, mode, reason: 'because', by, timeUs, expiresWallUs };
    return this.ask({ type: 'SetTradingMode', ...asked });
  }

  /** A person's command, read at once by the wall clock. */
  ask(command: FlattenAll | SetTradingMode) {
    const out = this.give(command);
    const { commandId, timeUs: wallUs } = command;
    return out.some(({ type }) => type === 'AskWall')
      ? this.give({ type: 'WallTold', commandId, wallUs })
      : out;
  }

  /** Opens a position with one fill. */
  open(direction: Direction, quantity: string, price: string, plan: ExitPlan | null = PLAN, id = BTC) {
    const order = this.enter(direction, plan, 0, id);
    return this.fill(order, entrySide(direction), quantity, price, { id });
  }

  fill(
    order: string,
    side: Side,
    quantity: string,
    price: string,
    more: FillOptions = {},
  ): PositionRiskOutput[] {
    const trade = more.trade ?? `trade-${++this.#fills}`;
    return this.give(filled(order, side, quantity, price, trade, more));
  }

  /** Sends the exit off that a command asks for and returns its client order id. */
  obey(command: ClosePosition, seconds: number): string {
    const order = `exit-${command.position.slice(0, 8)}-${command.attempt}`;
    const side = exitSide(command.direction);
    const { commandId, position, instrument } = command;
    this.give(submitted(order, 'exit', side, position, commandId, null, at(seconds), instrument));
    return order;
  }

  /** Makes an order of the stop that a command asks for, and returns its client order id. */
  protect(command: ProtectPosition, seconds: number): string {
    const order = `stop-${command.commandId}`;
    const side = exitSide(command.direction);
    const { commandId, position, instrument } = command;
    this.give(submitted(order, 'protection', side, position, commandId, null, at(seconds), instrument));
    return order;
  }

  /** Tells what became of an order. */
  order(
    type: 'OrderAccepted' | 'OrderUnknown' | 'OrderRejected',
    order: string,
    seconds: number,
    retryAfterMs: number | null = null,
    instrument = BTC,
  ) {
    const base = {
      clientOrderId: clientOrderId(order),
      account: ACCOUNT,
      instrument,
      timeUs: at(seconds),
    };
    return this.give(
      type === 'OrderAccepted'
        ? { ...base, type, venueOrderId: venueOrderId(`v-${order}`) }
        : type === 'OrderRejected'
          ? { ...base, type, reason: 'told so', retryAfterMs }
          : { ...base, type, reason: 'told so' },
    );
  }

  ended(
    type: 'OrderCanceled' | 'OrderExpired',
    order: string,
    cumulative: string,
    seconds: number,
    instrument = BTC,
  ) {
    const base = {
      clientOrderId: clientOrderId(order),
      account: ACCOUNT,
      instrument,
      timeUs: at(seconds),
    };
    return this.give({ ...base, type, cumulative: d(cumulative), reason: 'told so' });
  }

  /** Execution says that the venue contradicts what we know of an order. */
  quarantined(seconds: number) {
    const about = { clientOrderId: clientOrderId('odd'), account: ACCOUNT, instrument: BTC };
    const said = { problem: 'overfill', booked: true, detail: '11 of 10', timeUs: at(seconds) } as const;
    return this.give({ type: 'OrderQuarantined', ...about, ...said });
  }

  denied(command: ClosePosition | ProtectPosition, code: DenialCode, seconds: number) {
    return this.give({
      type: 'OrderDenied',
      clientOrderId: clientOrderId(`denied-${command.commandId.slice(0, 8)}`),
      account: ACCOUNT,
      instrument: command.instrument,
      commandId: command.commandId,
      intent: command.type === 'ClosePosition' ? 'exit' : 'protection',
      denial: { code, detail: '' },
      timeUs: at(seconds),
    });
  }

  /** Stores the machine as text and goes on with one read back from it. */
  restart(): void {
    const bytes = sealSnapshot('position-risk', 1, this.engine.snapshot());
    this.engine = new PositionRiskEngine(this.#settings, openSnapshot('position-risk', 1, bytes));
  }

  /** The commands to close that were given so far. */
  get commands(): ClosePosition[] {
    return this.log.filter((event) => event.type === 'ClosePosition');
  }

  /** The stops at the venue that were asked for so far. */
  get asked(): ProtectPosition[] {
    return this.log.filter((event) => event.type === 'ProtectPosition');
  }
}

/** Returns what the feed of these instruments says of its time. */
export function told(toldUs: TimeUs): TimeAdvanced {
  const rest = { behind: [], wallUs: toldUs, speed: 1, warm: false } as const;
  return { type: 'TimeAdvanced', feed: 'binance', toldUs, sureUs: toldUs, ...rest };
}
