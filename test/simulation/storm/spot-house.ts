import type { VirtualClock } from '@algo/bus';
import { Decimal, type Fill, instrumentId, venueOrderId, venueTradeId } from '@algo/model';
import type { SeededRandom } from '@algo/simulation';
import { BinanceSpotExchange, type SpotFill, spotSymbol } from '@algo/testkit/venues';
import { ACCOUNT } from '../stage.ts';
import { BinanceHouse, type HouseMarket } from './binance-house.ts';
import type { CoinStep } from './coin-step.ts';
import { micros } from './judge-notes.ts';
import { KEY } from './key-files.ts';
import { depthOf, START_PRICES } from './quoted-depth.ts';
import type { Scenario } from './scenario.ts';
import type { VenueStep } from './venue-steps.ts';
import type { CoinMove } from './venue-truth.ts';
import type { Weather } from './weather.ts';

const OWNER = 'storm';
const BNB_PRICE = 600;
/** A coin that nobody trades. */
const NOBODYS = 'AIR';
/** The judge counts in millionths of a coin. */
const PLACES = 6;
const SPOT: HouseMarket = {
  ...{ name: 'binance-spot', market: 'spot', weightMax: 6_000 },
  reads: ['order', 'openOrders', 'account', 'myTrades'].map((path) => `GET /api/v3/${path}`),
  fillsRead: 'GET /api/v3/myTrades',
};

/** The stand-in of spot as the house of a storm. */
export class SpotHouse extends BinanceHouse {
  readonly exchange: BinanceSpotExchange;
  readonly #fills: Fill[] = [];
  #byHand = 0;

  constructor(
    scenario: Scenario,
    parts: { readonly weather: Weather; readonly random: SeededRandom; readonly clock: VirtualClock },
  ) {
    super(SPOT, scenario, parts);
    this.exchange = BinanceSpotExchange.unplugged({
      symbols: this.symbols.map((name, n) => spotSymbol(name, { depth: depthOf(scenario, n) })),
      accounts: [
        {
          ...{ name: OWNER, balances: { USDT: '1000000', BNB: '1000' }, keys: [KEY] },
          fees: { burnsBnb: scenario.vices.includes('burnsBnb') },
        },
      ],
      ...{ bnbPrices: { USDT: `${BNB_PRICE}` }, clock: this.exchangeClock },
    });
    this.listen();
  }

  protected get sockets() {
    return this.exchange.sessions;
  }

  protected get socketUrl() {
    return this.exchange.socketUrl;
  }

  happens(step: VenueStep): void {
    if (step.does === 'byHand') this.#trades(step);
    if (step.does === 'coins') void this.#coins(step);
    if (step.does !== 'transfer') return;
    const amount = partOf(this.exchange.holding(OWNER, step.asset).free, step.share);
    if (!amount.isZero()) this.exchange.transfer(OWNER, step.asset, `${amount}`);
  }

  #trades({ instrument, share, side }: Extract<VenueStep, { does: 'byHand' }>): void {
    const [symbol, id] = [this.symbols[instrument]!, this.instruments[instrument]!];
    const n = ++this.#byHand;
    if (side === 'buy') {
      const quantity = (1 + 20 * share).toFixed(3);
      const order = { side: 'BUY', type: 'MARKET', quantity, newClientOrderId: `bought-${n}` };
      void this.ask('POST', '/api/v3/order', { symbol, ...order });
      return;
    }
    // Whoever wants to sell must take away what locks the coins first.
    void this.ask('DELETE', '/api/v3/openOrders', { symbol });
    const quantity = shareOf(this.held().get(id) ?? 0, share);
    const order = { side: 'SELL', type: 'MARKET', quantity, newClientOrderId: `hand-${n}` };
    if (Number(quantity) > 0) void this.ask('POST', '/api/v3/order', { symbol, ...order });
  }

  async #coins({ of, way, share, worth }: CoinStep): Promise<void> {
    const asset = typeof of === 'number' ? this.known[of]!.base : of === 'fees' ? 'BNB' : NOBODYS;
    const price = typeof of === 'number' ? START_PRICES[of]! : of === 'fees' ? BNB_PRICE : 1;
    const amount = (worth / price).toFixed(PLACES);
    if (way === 'deposit') return this.exchange.transfer(OWNER, asset, amount);
    if (way === 'airdrop') return this.exchange.reward(OWNER, asset, amount);
    if (way === 'freed' && typeof of === 'number')
      await this.ask('DELETE', '/api/v3/openOrders', { symbol: this.symbols[of]! });
    const { free } = this.exchange.holding(OWNER, asset);
    const taken = free.times(Decimal.fromNumber(share, 4)).rounded(PLACES, 'down');
    // Of more than is free the exchange gives nothing.
    if (!taken.isZero()) this.exchange.withdraw(OWNER, asset, `${taken}`);
  }

  protected cash(): readonly string[] {
    return this.exchange.transfersOf(OWNER).map(({ id, asset, amount, isReward }) => {
      const name = isReward ? 'reward' : amount.isNegative() ? 'withdrawal' : 'deposit';
      return `${name}-${id} ${amount} ${asset}`;
    });
  }

  protected override moved(): readonly CoinMove[] {
    return this.exchange.transfersOf(OWNER).flatMap(({ asset, amount }) => {
      const known = this.known.find(({ base }) => base === asset);
      return known === undefined ? [] : [{ instrument: known.id, amount: micros(amount) }];
    });
  }

  protected setOpen(instrument: number, status: 'TRADING' | 'CANCEL_ONLY' | 'BREAK'): void {
    this.exchange.setStatus(this.symbols[instrument]!, status);
  }

  protected stand(id: string): 'absent' | 'open' | 'ended' {
    const found = this.exchange.ordersOf(OWNER).findLast(({ firstName }) => firstName === id);
    if (found === undefined) return 'absent';
    return found.status === 'NEW' || found.status === 'PARTIALLY_FILLED' ? 'open' : 'ended';
  }

  protected held(): ReadonlyMap<string, number> {
    return new Map(
      this.known.map(({ id, base }) => {
        const { free, locked } = this.exchange.holding(OWNER, base);
        return [id, micros(free.plus(locked))];
      }),
    );
  }

  protected fills(): readonly Fill[] {
    const { fills } = this.exchange;
    for (const fill of fills.slice(this.#fills.length)) this.#fills.push(this.#fillOf(fill));
    return this.#fills;
  }

  #fillOf(fill: SpotFill): Fill {
    const order = this.exchange.ordersOf(OWNER).find(({ orderId }) => orderId === fill.orderId)!;
    return {
      ...{ venueTradeId: venueTradeId(`${fill.tradeId}`), venueOrderId: venueOrderId(`${fill.orderId}`) },
      ...{ clientOrderId: order.firstName as Fill['clientOrderId'], account: ACCOUNT },
      ...{ instrument: instrumentId(`binance.spot.${fill.symbol}`), side: fill.isBuyer ? 'buy' : 'sell' },
      ...{ quantity: fill.quantity, price: fill.price, fee: fill.commission },
      ...{ feeAsset: fill.commissionAsset, liquidity: fill.isMaker ? 'maker' : 'taker' },
      timeUs: fill.timeMs * 1_000,
    };
  }
}

/** Returns a share of an amount, as finely as the exchange keeps it. */
export function partOf(amount: Decimal, share: number): Decimal {
  return amount.times(Decimal.fromNumber(share, 4)).rounded(8, 'down');
}

/** Returns a share of what is held, in whole steps. *Units*: `held` millionths of base. */
export function shareOf(held: number, share: number): string {
  return (Math.floor((Math.abs(held) / 1_000) * share) / 1_000).toFixed(3);
}
