import type { VirtualClock } from '@algo/bus';
import { type Fill, instrumentId, venueOrderId, venueTradeId } from '@algo/model';
import type { SeededRandom } from '@algo/simulation';
import { BinanceUsdmExchange, type UsdmFill, type UsdmOrder, usdmSymbol } from '@algo/testkit/venues';
import { ACCOUNT } from '../stage.ts';
import { BinanceHouse, type HouseMarket } from './binance-house.ts';
import { micros } from './judge-notes.ts';
import { KEY } from './key-files.ts';
import { depthOf } from './quoted-depth.ts';
import type { Fault, Scenario } from './scenario.ts';
import { partOf, shareOf } from './spot-house.ts';
import type { VenueStep } from './venue-steps.ts';
import type { Weather } from './weather.ts';

const OWNER = 'storm';
const OF_TRADES = ['REALIZED_PNL', 'COMMISSION'];
const USDM: HouseMarket = {
  ...{ name: 'binance-usdm', market: 'perp', weightMax: 2_400 },
  reads: [
    ...['v1/order', 'v1/openOrders', 'v1/algoOrder', 'v1/openAlgoOrders', 'v1/userTrades'],
    ...['v3/positionRisk', 'v3/balance', 'v3/account'],
  ].map((path) => `GET /fapi/${path}`),
  fillsRead: 'GET /fapi/v1/userTrades',
};

/** The stand-in of USD-M as the house of a storm. */
export class UsdmHouse extends BinanceHouse {
  readonly exchange: BinanceUsdmExchange;
  readonly #fills: Fill[] = [];
  readonly #beganMs: number;
  #byHand = 0;

  constructor(
    scenario: Scenario,
    parts: { readonly weather: Weather; readonly random: SeededRandom; readonly clock: VirtualClock },
  ) {
    super(USDM, scenario, parts);
    this.exchange = BinanceUsdmExchange.unplugged({
      symbols: this.symbols.map((name, n) => usdmSymbol(name, { depth: depthOf(scenario, n) })),
      accounts: [{ name: OWNER, balances: { USDT: '1000000', BNB: '1000' }, keys: [KEY] }],
      clock: this.exchangeClock,
    });
    this.#beganMs = this.nowMs();
    this.listen();
    this.exchange.streams.onKeyOver = () => this.onBroken('keys are kept', 'nobody kept it alive');
  }

  protected get sockets() {
    return this.exchange.streams;
  }

  protected get socketUrl() {
    return this.exchange.streamUrl;
  }

  override begin(fault: Fault): void {
    if (fault.kind === 'keyExpired') this.exchange.streams.expire(OWNER);
    else if (fault.kind === 'keyLost') this.exchange.streams.lose(OWNER);
    else super.begin(fault);
  }

  happens(step: VenueStep): void {
    switch (step.does) {
      case 'byHand':
        this.#trades(step);
        return;
      case 'transfer': {
        const amount = partOf(this.exchange.balanceOf(OWNER, step.asset), step.share);
        if (!amount.isZero()) this.exchange.transfer(OWNER, step.asset, `${amount}`);
        return;
      }
      case 'fund':
        this.exchange.fund(this.symbols[step.instrument]!, step.rate.toFixed(6));
        return;
      case 'liquidate':
        this.exchange.liquidate(OWNER);
        return;
      case 'reduce': {
        const held = this.held().get(this.instruments[step.instrument]!) ?? 0;
        const quantity = shareOf(held, step.share);
        if (Number(quantity) > 0) this.exchange.reduce(OWNER, this.symbols[step.instrument]!, quantity);
        return;
      }
      case 'setUp':
        this.#setUp(step);
        return;
      case 'coins':
        return; // no contract lies in a wallet
      default:
        step satisfies never;
    }
  }

  /** As on the exchange's page, which refuses what does not go with what is held or ordered. */
  #setUp(step: Extract<VenueStep, { does: 'setUp' }>): void {
    const symbol = this.symbols[step.instrument]!;
    switch (step.what) {
      case 'leverage':
        void this.ask('POST', '/fapi/v1/leverage', { symbol, leverage: `${step.leverage}` });
        return;
      case 'margin': {
        const marginType = step.isIsolated ? 'ISOLATED' : 'CROSSED';
        void this.ask('POST', '/fapi/v1/marginType', { symbol, marginType });
        return;
      }
      case 'mode':
        void this.ask('POST', '/fapi/v1/positionSide/dual', { dualSidePosition: `${step.isHedged}` });
        return;
      default:
        step satisfies never;
    }
  }

  #trades({ instrument, share, side }: Extract<VenueStep, { does: 'byHand' }>): void {
    const [symbol, id] = [this.symbols[instrument]!, this.instruments[instrument]!];
    const n = ++this.#byHand;
    const held = this.held().get(id) ?? 0;
    if (side === 'buy') {
      // Of nothing it would net with what an order of ours opens, and nobody could say whose the rest is.
      if (held === 0) return;
      const order = {
        side: held < 0 ? 'SELL' : 'BUY',
        type: 'MARKET',
        quantity: (1 + 20 * share).toFixed(3),
      };
      void this.ask('POST', '/fapi/v1/order', { symbol, ...order, newClientOrderId: `bought-${n}` });
      return;
    }
    void this.ask('DELETE', '/fapi/v1/allOpenOrders', { symbol });
    void this.ask('DELETE', '/fapi/v1/algoOpenOrders', { symbol });
    const quantity = shareOf(held, share);
    const order = { side: held < 0 ? 'BUY' : 'SELL', type: 'MARKET', quantity, reduceOnly: 'true' };
    if (Number(quantity) > 0)
      void this.ask('POST', '/fapi/v1/order', { symbol, ...order, newClientOrderId: `hand-${n}` });
  }

  /** All but what trades did, since the storm began. */
  protected cash(): readonly string[] {
    return this.exchange.incomes
      .filter(({ timeMs, type }) => timeMs >= this.#beganMs && !OF_TRADES.includes(type))
      .map(({ id, type, asset, amount }) => `${type}-${id}-${asset} ${amount} ${asset}`);
  }

  /** Whatever it is not, but trading, it takes no order there. */
  protected setOpen(instrument: number, status: 'TRADING' | 'CANCEL_ONLY' | 'BREAK'): void {
    this.exchange.setStatus(this.symbols[instrument]!, status === 'TRADING' ? status : 'PENDING_TRADING');
  }

  /** A conditional order that was let go goes on as the order that it became, under the same name. */
  protected stand(id: string): 'absent' | 'open' | 'ended' {
    const order = this.exchange.ordersOf(OWNER).findLast(({ clientOrderId }) => clientOrderId === id);
    if (order !== undefined)
      return order.status === 'NEW' || order.status === 'PARTIALLY_FILLED' ? 'open' : 'ended';
    const algo = this.exchange.algosOf(OWNER).findLast(({ clientAlgoId }) => clientAlgoId === id);
    if (algo === undefined) return 'absent';
    return algo.status === 'NEW' ? 'open' : 'ended';
  }

  protected held(): ReadonlyMap<string, number> {
    return new Map(
      this.known.map(({ id, symbol }) => [id, micros(this.exchange.positionOf(OWNER, symbol).amount)]),
    );
  }

  protected fills(): readonly Fill[] {
    const { fills } = this.exchange;
    for (const fill of fills.slice(this.#fills.length)) this.#fills.push(this.#fillOf(fill));
    return this.#fills;
  }

  #fillOf(fill: UsdmFill): Fill {
    const order = this.exchange.ordersOf(OWNER).find(({ orderId }) => orderId === fill.orderId)!;
    return {
      ...{ venueTradeId: venueTradeId(`${fill.tradeId}`), venueOrderId: venueOrderId(`${fill.orderId}`) },
      ...{ clientOrderId: nameOf(order) as Fill['clientOrderId'], account: ACCOUNT },
      instrument: instrumentId(`binance.perp.${fill.symbol}`),
      side: fill.side === 'BUY' ? 'buy' : 'sell',
      ...{ quantity: fill.quantity, price: fill.price, fee: fill.commission },
      ...{ feeAsset: fill.commissionAsset, liquidity: fill.isMaker ? 'maker' : 'taker' },
      timeUs: fill.timeMs * 1_000,
    };
  }
}

/** All forced reductions have one name; each is known by its number. */
function nameOf({ clientOrderId, orderId }: UsdmOrder): string {
  return clientOrderId === 'adl_autoclose' ? `binance-${orderId}` : clientOrderId;
}
