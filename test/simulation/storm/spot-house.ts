import type { VirtualClock } from '@algo/bus';
import { Decimal, type Fill, type Instrument, instrumentId, venueOrderId, venueTradeId } from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import type { SeededRandom } from '@algo/simulation';
import { BinanceSpotExchange, type SpotFill, spotSymbol } from '@algo/testkit/venues';
import { type OpenExchange, openExchange } from '@algo/venues';
import type { SimulatedLife } from '../simulated-life.ts';
import { SimulatedTransport } from '../simulated-transport.ts';
import { ACCOUNT } from '../stage.ts';
import { isOutside, nameOf } from './fill-signs.ts';
import { micros } from './judge-notes.ts';
import { KEY, keyFiles } from './key-files.ts';
import { binanceLeaving, type Leaving } from './leaving.ts';
import type { Fault, Scenario, Step, Target } from './scenario.ts';
import { signedOrder } from './signed-order.ts';
import type { StormHouse } from './storm-house.ts';
import type { VenueTruth } from './venue-truth.ts';
import { VenueWeather } from './venue-weather.ts';
import type { Weather } from './weather.ts';

const CATALOG = 'test/simulation/storm/binance-spot-instruments.yaml';
const SYMBOLS = ['LTCUSDT', 'SOLUSDT', 'DOTUSDT'];
const START_PRICES = [100, 40, 8];
const OWNER = 'storm';
const READS = ['order', 'openOrders', 'account', 'myTrades'].map((path) => `GET /api/v3/${path}`);
/**
 * An absence takes a minute to be proven, behind 12 s for an answer; a stream may wait as long for its next
 * try. *Units*: virtual ms.
 */
const [DOUBT_MS, TOLD_MS, SETTLE_MS] = [150_000, 100_000, 300_000];
/** Who asks so much is turned away at first, and then banned. */
const TOO_MUCH = 9_000;

/** The stand-in of spot as the house of a storm, and the real adapter of each life at its door. */
export class SpotHouse implements StormHouse {
  readonly targets: readonly Target[] = ['execution', 'position-risk', 'reconcile'];
  readonly instruments;
  readonly environment = { ALGO_INSTRUMENTS_FILE: CATALOG };
  readonly truth: VenueTruth;
  readonly settleMs = SETTLE_MS;
  readonly exchange: BinanceSpotExchange;
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #weather: VenueWeather;
  readonly #known: readonly Instrument[];
  readonly #fills: Fill[] = [];
  #named: ReadonlyMap<string, Fill> = new Map();
  #outside: ReadonlyMap<string, Fill> = new Map();
  #aheadMs = 0;
  #pausedUntilMs = 0;
  #byHand = 0;

  constructor({ isWide, vices }: Scenario, weather: Weather, random: SeededRandom, clock: VirtualClock) {
    this.#clock = clock;
    this.#random = random;
    this.#weather = new VenueWeather(weather, random.stream('way'));
    const symbols = SYMBOLS.slice(0, isWide ? 3 : 2);
    this.instruments = symbols.map((symbol) => instrumentId(`binance.spot.${symbol}`));
    const catalog = readInstrumentCatalog(CATALOG);
    this.#known = this.instruments.map((id) => catalog.get(id)!);
    const [, worth = '100000'] = /depth=(\d+)/.exec(vices) ?? [];
    const depthOf = (n: number) => ({
      ...{ levels: 5, ticksApart: 1, quantity: `${Math.ceil(Number(worth) / START_PRICES[n]!)}` },
    });
    this.exchange = BinanceSpotExchange.unplugged({
      symbols: symbols.map((name, n) => spotSymbol(name, { depth: depthOf(n) })),
      accounts: [
        {
          ...{ name: OWNER, balances: { USDT: '1000000', BNB: '1000' }, keys: [KEY] },
          fees: { burnsBnb: vices.includes('burnsBnb') },
        },
      ],
      bnbPrices: { USDT: '600' },
      clock: {
        nowMs: () => this.nowMs(),
        sleep: (ms) => clock.sleep(ms),
        every: (ms, run) => this.#every(ms, run),
      },
    });
    this.truth = {
      patience: { doubtMs: DOUBT_MS, toldMs: TOLD_MS },
      fills: () => this.#read().named,
      outside: () => this.#read().outside,
      cash: () => [],
      order: (id) => this.#stand(id),
      held: () => this.#held(),
    };
  }

  nowMs(): number {
    return this.#clock.nowMs() + this.#aheadMs;
  }

  openFor(life: SimulatedLife, leaves: (leaving: Leaving) => void): OpenExchange {
    const { restUrl, socketUrl } = this.exchange;
    const transport = new SimulatedTransport(
      this.exchange.market,
      this.#clock,
      life,
      this.#weather,
      (request) => {
        const leaving = binanceLeaving(request, 'spot');
        if (leaving !== undefined) leaves(leaving);
      },
    );
    return openExchange('binance-spot', {
      ...{ account: ACCOUNT, clock: life.clock, transport },
      ask: () => Promise.reject(new Error('there is no paper exchange here')),
      access: {
        ...{ ...keyFiles(), instruments: this.#known, address: { restUrl, socketUrl } },
        random: () => this.#random.uniform(),
        pause: {
          leftMs: () => Math.max(0, this.#pausedUntilMs - this.#clock.nowMs()),
          keep: (ms) => {
            this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.nowMs() + ms);
          },
        },
      },
    });
  }

  traded(n: number, price: number, quantity: number): void {
    const isBuyerMaker = this.#random.chance(0.5);
    this.exchange.flow(SYMBOLS[n]!, [{ price: price.toFixed(2), quantity: `${quantity}`, isBuyerMaker }]);
  }

  begin(fault: Fault): void {
    const { sessions, market } = this.exchange;
    switch (fault.kind) {
      case 'streamCut':
        sessions.isOpen = false;
        sessions.cut();
        return;
      case 'streamMuted':
        sessions.mute();
        return;
      case 'cutOff':
        sessions.cut();
        return;
      case 'tooMuch':
        market.use(TOO_MUCH);
        return;
      case 'readsBehind':
        for (const read of READS) this.exchange.readLate(read, fault.byMs);
        return;
      case 'venueAhead':
        this.#aheadMs += fault.byMs;
        return;
      case 'maintenance':
        this.exchange.setMaintenance(true);
        return;
      default:
    }
  }

  end(fault: Fault): void {
    if (fault.kind === 'streamCut') this.exchange.sessions.isOpen = true;
    if (fault.kind === 'readsBehind') for (const read of READS) this.exchange.readLate(read, 0);
    if (fault.kind === 'maintenance') this.exchange.setMaintenance(false);
  }

  byHand({ instrument, share, side }: Extract<Step, { does: 'byHand' }>): void {
    const [symbol, id] = [SYMBOLS[instrument]!, this.instruments[instrument]!];
    const n = ++this.#byHand;
    const ask = (method: 'POST' | 'DELETE', path: string, more: Readonly<Record<string, string>>) => {
      const terms = { symbol, timestamp: `${Math.floor(this.nowMs())}`, ...more };
      void this.exchange.market.reply(signedOrder(method, path, terms));
    };
    if (side === 'buy') {
      const quantity = (1 + 20 * share).toFixed(3);
      const order = { side: 'BUY', type: 'MARKET', quantity, newClientOrderId: `bought-${n}` };
      ask('POST', '/api/v3/order', order);
      return;
    }
    // Whoever wants to sell must take away what locks the coins first.
    ask('DELETE', '/api/v3/openOrders', {});
    const held = (this.#held().get(id) ?? 0) / 1_000_000;
    const quantity = (Math.floor(held * share * 1_000) / 1_000).toFixed(3);
    if (Number(quantity) > 0)
      ask('POST', '/api/v3/order', {
        ...{ side: 'SELL', type: 'MARKET', quantity, newClientOrderId: `hand-${n}` },
      });
  }

  isHeard(): boolean {
    return true;
  }

  #every(ms: number, run: () => void): () => void {
    let cancel = () => {};
    const next = () => {
      cancel = this.#clock.after(ms, () => {
        next();
        run();
      });
    };
    next();
    return () => cancel();
  }

  #stand(id: string): 'absent' | 'open' | 'ended' {
    const found = this.exchange.ordersOf(OWNER).findLast((order) => order.firstName === id);
    if (found === undefined) return 'absent';
    return found.status === 'NEW' || found.status === 'PARTIALLY_FILLED' ? 'open' : 'ended';
  }

  #held(): ReadonlyMap<string, number> {
    return new Map(
      this.#known.map(({ id, base }) => {
        const { free, locked } = this.exchange.holding(OWNER, base);
        return [id, micros(free.plus(locked))];
      }),
    );
  }

  #read() {
    const { fills } = this.exchange;
    if (fills.length > this.#fills.length) {
      for (const fill of fills.slice(this.#fills.length)) this.#fills.push(this.#fillOf(fill));
      const named = this.#fills.map((fill) => [nameOf(fill), fill] as const);
      this.#named = new Map(named);
      this.#outside = new Map(named.filter(([, { clientOrderId }]) => isOutside(clientOrderId)));
    }
    return { named: this.#named, outside: this.#outside };
  }

  #fillOf(fill: SpotFill): Fill {
    const order = this.exchange.ordersOf(OWNER).find(({ orderId }) => orderId === fill.orderId)!;
    return {
      ...{ venueTradeId: venueTradeId(`${fill.tradeId}`), venueOrderId: venueOrderId(`${fill.orderId}`) },
      ...{ clientOrderId: order.firstName as Fill['clientOrderId'], account: ACCOUNT },
      ...{ instrument: instrumentId(`binance.spot.${fill.symbol}`), side: fill.isBuyer ? 'buy' : 'sell' },
      ...{ quantity: Decimal.of(`${fill.quantity}`), price: fill.price, fee: fill.commission },
      ...{ feeAsset: fill.commissionAsset, liquidity: fill.isMaker ? 'maker' : 'taker' },
      timeUs: fill.timeMs * 1_000,
    };
  }
}
