import type { VirtualClock } from '@algo/bus';
import { type Fill, type Instrument, type InstrumentId, instrumentId } from '@algo/model';
import { followPause, readInstrumentCatalog } from '@algo/runtime';
import type { SeededRandom } from '@algo/simulation';
import type { BinanceStandIn, ExchangeClock, FlowTrade, RequestJournal } from '@algo/testkit/venues';
import { type OpenExchange, openExchange, type RequestPaths, type SharedPause } from '@algo/venues';
import { silentLogger } from '../silent-logger.ts';
import type { SimulatedLife } from '../simulated-life.ts';
import { SimulatedTransport, type TransportTold } from '../simulated-transport.ts';
import { ACCOUNT } from '../stage.ts';
import { isOutside, nameOf } from './fill-signs.ts';
import { keyFiles } from './key-files.ts';
import { binanceLeaving, type Leaving } from './leaving.ts';
import { LeftAloneWatch } from './left-alone-watch.ts';
import type { Fault, Scenario, Target } from './scenario.ts';
import { signedOrder } from './signed-order.ts';
import { simulatedCcxt } from './simulated-ccxt.ts';
import type { StormHouse } from './storm-house.ts';
import type { VenueStep } from './venue-steps.ts';
import type { CoinMove, VenueTruth } from './venue-truth.ts';
import { VenueWeather } from './venue-weather.ts';
import type { Weather } from './weather.ts';

const SYMBOLS = ['LTCUSDT', 'SOLUSDT', 'DOTUSDT'];
/**
 * An absence takes a minute to be proven, behind 12 s for an answer, and again where something moved
 * meanwhile; a stream may wait a minute for its next try. *Units*: virtual ms.
 */
const [DOUBT_MS, TOLD_MS, SETTLE_MS, WITHDRAWN_MS] = [150_000, 100_000, 300_000, 60_000];
/** How often a process looks what others were told, and how soon it knows. *Units*: virtual ms. */
const [PAUSE_LOOK_MS, LOOKED_AFTER_MS] = [1_000, 50];
/** Who asks so much is turned away at first, and then banned. *Units*: weights of a minute. */
const TOO_MUCH_SHARE = 1.5;

/** As much of a stand-in as a house needs. */
export interface HousedExchange {
  readonly market: BinanceStandIn;
  readonly journal: RequestJournal;
  readonly restUrl: string;
  readLate(endpoint: string, delayMs: number): void;
  setMaintenance(isMaintained: boolean): void;
  flow(symbol: string, trades: readonly FlowTrade[]): void;
}

/** What tells what happens in accounts. */
export interface AccountSockets {
  isOpen: boolean;
  /** Told of an event that nobody could hear, and of who begins to listen. */
  onUnheard: (event: { readonly e: string }) => void;
  onListening: () => void;
  cut(): void;
  mute(): void;
}

/** In which two markets differ for a house. */
export interface HouseMarket {
  readonly name: 'binance-spot' | 'binance-usdm';
  readonly market: 'spot' | 'perp';
  readonly weightMax: number;
  /** Endpoints that may show what was. */
  readonly reads: readonly string[];
  /** The one of them that lists fills. */
  readonly fillsRead: string;
}

/** A stand-in of Binance as the house of a storm, and the real adapter of each life at its door. */
export abstract class BinanceHouse implements StormHouse {
  readonly targets: readonly Target[] = ['execution', 'position-risk', 'reconcile'];
  readonly instruments: readonly InstrumentId[];
  readonly environment: Readonly<Record<string, string>>;
  readonly truth: VenueTruth;
  readonly settleMs = SETTLE_MS;
  abstract readonly exchange: HousedExchange;
  protected readonly symbols: readonly string[];
  protected readonly known: readonly Instrument[];
  protected readonly exchangeClock: ExchangeClock;
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #weather: VenueWeather;
  readonly #otherWay: VenueWeather;
  readonly #ccxt: string | undefined;
  readonly #market: HouseMarket;
  readonly #leftAlone: LeftAloneWatch;
  #fills: readonly Fill[] = [];
  #named: ReadonlyMap<string, Fill> = new Map();
  #outside: ReadonlyMap<string, Fill> = new Map();
  #aheadMs = 0;
  #isUnheard = false;

  constructor(
    market: HouseMarket,
    { isWide, vices }: Scenario,
    parts: { readonly weather: Weather; readonly random: SeededRandom; readonly clock: VirtualClock },
  ) {
    const { clock, random, weather } = parts;
    this.#market = market;
    this.#leftAlone = new LeftAloneWatch(clock, (what) => this.onBroken('left alone', what));
    this.#clock = clock;
    this.#random = random;
    this.#weather = new VenueWeather(weather, random.stream('way'));
    this.#otherWay = new VenueWeather(weather, random.stream('way of ccxt'), true);
    this.#ccxt = /ccxt=(\w+)/.exec(vices)?.[1];
    this.symbols = SYMBOLS.slice(0, isWide ? 3 : 2);
    this.instruments = this.symbols.map((symbol) => instrumentId(`binance.${market.market}.${symbol}`));
    const catalog = `test/simulation/storm/${market.name}-instruments.yaml`;
    this.environment = { ALGO_INSTRUMENTS_FILE: catalog };
    this.known = this.instruments.map((id) => readInstrumentCatalog(catalog).get(id)!);
    this.exchangeClock = {
      nowMs: () => this.nowMs(),
      sleep: (ms) => clock.sleep(ms),
      every: (ms, run) => every(clock, ms, run),
    };
    this.truth = {
      patience: { doubtMs: DOUBT_MS, toldMs: TOLD_MS, withdrawnMs: WITHDRAWN_MS },
      fills: () => this.#read().#named,
      outside: () => this.#read().#outside,
      cash: () => this.cash(),
      moved: () => this.moved(),
      isUnheard: () => this.#isUnheard,
      order: (id) => this.stand(id),
      held: () => this.held(),
    };
  }

  onBroken: StormHouse['onBroken'] = () => {};

  /** The sockets of accounts, and where they are dialled. */
  protected abstract readonly sockets: AccountSockets;
  protected abstract readonly socketUrl: string;
  /** All fills so far; a list that grows, or the same. */
  protected abstract fills(): readonly Fill[];
  protected abstract cash(): readonly string[] | undefined;
  protected moved(): readonly CoinMove[] {
    return [];
  }
  protected abstract stand(id: string): 'absent' | 'open' | 'ended';
  /** What is held, by instrument. *Units*: millionths of base, signed. */
  protected abstract held(): ReadonlyMap<string, number>;
  protected abstract setOpen(instrument: number, status: 'TRADING' | 'CANCEL_ONLY' | 'BREAK'): void;
  abstract happens(step: VenueStep): void;

  /** Follows whether what happens to orders of ours can be told to anybody. */
  protected listen(): void {
    this.sockets.onUnheard = (event) => {
      this.#isUnheard ||= isOurOrder(event);
    };
    this.sockets.onListening = () => {
      this.#isUnheard = false;
    };
  }

  nowMs(): number {
    return this.#clock.nowMs() + this.#aheadMs;
  }

  async openFor(life: SimulatedLife, leaves: (leaving: Leaving) => void): Promise<OpenExchange> {
    const { market, restUrl } = this.exchange;
    const pause = await this.#pauseOf(life);
    const told: TransportTold = {
      leaves: (request) => {
        this.#leftAlone.leaves(life, request);
        const leaving = binanceLeaving(request, this.#market.market);
        if (leaving !== undefined) leaves(leaving);
      },
      answered: (answer) => this.#leftAlone.answered(life, answer),
    };
    const transport = new SimulatedTransport(market, this.#clock, life, this.#weather, told);
    return openExchange(this.#market.name, {
      ...{ account: ACCOUNT, clock: life.clock, transport },
      ask: () => Promise.reject(new Error('there is no paper exchange here')),
      access: {
        ...{ ...keyFiles(), instruments: this.known, address: { restUrl, socketUrl: this.socketUrl } },
        random: () => this.#random.uniform(),
        pause,
        ...(this.#ccxt !== undefined && { paths: this.#pathsOf(life, told) }),
      },
    });
  }

  /** Our own way, and ccxt behind it: it is not there, or answers late. */
  #pathsOf(life: SimulatedLife, told: TransportTold): RequestPaths {
    const transport = new SimulatedTransport(this.exchange.market, this.#clock, life, this.#otherWay, told);
    const loadCcxt = async () => {
      if (this.#ccxt === 'missing') throw new Error("Cannot find package 'ccxt'");
      return simulatedCcxt(transport);
    };
    return { primary: 'direct', fallback: 'ccxt', loadCcxt };
  }

  /** The pause of the machine, as processes keep it and hear of it. */
  async #pauseOf(life: SimulatedLife): Promise<SharedPause> {
    const { bus, clock, repeat } = life;
    const askers = ['execution', 'reconcile'].map((service) => `${service}.${ACCOUNT}`);
    const { identity } = bus;
    const log = silentLogger(identity);
    const pause = await followPause({ bus, clock, identity, log, repeat }, askers);
    this.#leftAlone.looked(life, this.#clock.nowMs());
    // Behind the look of the pause itself, which is as often; one that was stopped looks when it goes on.
    repeat(PAUSE_LOOK_MS, () => {
      const atMs = this.#clock.nowMs();
      clock.after(LOOKED_AFTER_MS, () => this.#leftAlone.looked(life, atMs));
    });
    return pause;
  }

  traded(n: number, price: number, quantity: number): void {
    const isBuyerMaker = this.#random.chance(0.5);
    this.exchange.flow(SYMBOLS[n]!, [{ price: price.toFixed(2), quantity: `${quantity}`, isBuyerMaker }]);
  }

  begin(fault: Fault): void {
    switch (fault.kind) {
      case 'streamCut':
        this.sockets.isOpen = false;
        this.sockets.cut();
        return;
      case 'streamMuted':
        this.sockets.mute();
        return;
      case 'cutOff':
        this.sockets.cut();
        return;
      case 'tooMuch':
        this.exchange.market.use(this.#market.weightMax * TOO_MUCH_SHARE);
        return;
      case 'readsBehind':
        for (const read of this.#market.reads) this.exchange.readLate(read, fault.byMs);
        return;
      case 'fillsBehind':
        this.exchange.readLate(this.#market.fillsRead, fault.byMs);
        return;
      case 'venueAhead':
        this.#aheadMs += fault.byMs;
        return;
      case 'maintenance':
        this.exchange.setMaintenance(true);
        return;
      case 'marketShut':
        this.setOpen(fault.instrument, fault.takesCancels ? 'CANCEL_ONLY' : 'BREAK');
        return;
      default:
    }
  }

  end(fault: Fault): void {
    if (fault.kind === 'streamCut') this.sockets.isOpen = true;
    if (fault.kind === 'readsBehind') for (const read of this.#market.reads) this.exchange.readLate(read, 0);
    if (fault.kind === 'fillsBehind') this.exchange.readLate(this.#market.fillsRead, 0);
    if (fault.kind === 'maintenance') this.exchange.setMaintenance(false);
    if (fault.kind === 'marketShut') this.setOpen(fault.instrument, 'TRADING');
  }

  isHeard(): boolean {
    return !this.exchange.market.isBanned;
  }

  /** Sends what a person asks for on the exchange's own page. */
  protected async ask(
    method: 'POST' | 'DELETE',
    path: string,
    more: Readonly<Record<string, string>>,
  ): Promise<void> {
    const terms = { ...more, timestamp: `${Math.floor(this.nowMs())}` };
    await this.exchange.market.reply(signedOrder(method, path, terms));
  }

  #read(): this {
    const fills = this.fills();
    if (fills.length > this.#fills.length) {
      this.#fills = [...fills];
      const named = fills.map((fill) => [nameOf(fill), fill] as const);
      this.#named = new Map(named);
      this.#outside = new Map(named.filter(([, { clientOrderId }]) => isOutside(clientOrderId)));
    }
    return this;
  }
}

/** Whether an event says that an order of ours was taken: a plain one, at either market. */
function isOurOrder(event: Readonly<Record<string, unknown>>): boolean {
  const told = (event.e === 'ORDER_TRADE_UPDATE' ? event.o : event) as Readonly<Record<string, unknown>>;
  const isStop = `${told.o}`.startsWith('STOP');
  return told.x === 'NEW' && !isStop && typeof told.c === 'string' && !isOutside(told.c);
}

function every(clock: VirtualClock, ms: number, run: () => void): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = clock.after(ms, () => {
      next();
      run();
    });
  };
  next();
  return () => cancel();
}
