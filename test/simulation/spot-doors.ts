import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { VirtualClock } from '@algo/bus';
import { type AccountId, type Instrument, instrumentId } from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { TcpProxy } from '@algo/testkit';
import { BinanceSpotExchange, spotSymbol, WALL_CLOCK } from '@algo/testkit/venues';
import { type ExchangeVenue, type OpenExchange, openExchange, type RequestPaths } from '@algo/venues';
import type { SimulatedLife } from './simulated-life.ts';

export const LTC = instrumentId('binance.spot.LTCUSDT');
/** The owner of the account, by the exchange's name. */
export const OWNER = 'one';
const RULES = `${LTC}: { base: LTC, quote: USDT, price_tick: '0.01', quantity_step: '0.001',
  min_quantity: '0.001', min_notional: '5' }
`;
/** Real time for what the stand-in says by itself to come over the loopback. *Units*: ms. */
const SOCKET_MS = 2;
const ANSWER_MAX_MS = 2_000;
/** The same, where ccxt may have to be loaded first. */
const LOADED_MAX_MS = 20_000;

/** The stand-in of spot with one account, on virtual time, and the adapter of each process at its door. */
export class SpotDoors implements AsyncDisposable {
  readonly exchange: BinanceSpotExchange;
  readonly instrument: Instrument;
  /** The file that holds the instrument's rules. */
  readonly catalog: string;
  readonly #account: AccountId;
  readonly #dir: string;
  readonly #time: { of: VirtualClock | undefined };
  readonly #opened = new Map<string, OpenExchange>();
  /** Over which our own requests go, where ccxt stands behind them; it can be cut. */
  readonly #line: TcpProxy | undefined;
  /** What was asked and is not answered. */
  readonly #asked = new Set<object>();

  private constructor(
    exchange: BinanceSpotExchange,
    account: AccountId,
    time: { of: VirtualClock | undefined },
    line: TcpProxy | undefined,
  ) {
    this.exchange = exchange;
    this.#line = line;
    this.#account = account;
    this.#time = time;
    this.#dir = mkdtempSync(join(tmpdir(), 'algo-spot-doors-'));
    this.catalog = join(this.#dir, 'instruments.yaml');
    writeFileSync(this.catalog, RULES);
    this.instrument = readInstrumentCatalog(this.catalog).get(LTC)!;
  }

  /** `hasFallback`: requests go over a line of their own first, and by ccxt where that is dead. */
  static async open(account: AccountId, hasFallback = false): Promise<SpotDoors> {
    const time: { of: VirtualClock | undefined } = { of: undefined };
    const exchange = await BinanceSpotExchange.open({
      symbols: [spotSymbol('LTCUSDT')],
      accounts: [
        {
          ...{ name: OWNER, balances: { USDT: '10000' } },
          keys: [{ apiKey: 'k', secret: 's', ips: ['127.0.0.1'] }],
        },
      ],
      clock: {
        nowMs: () => time.of?.nowMs() ?? 0,
        sleep: async (ms) => await time.of?.sleep(ms),
        every: WALL_CLOCK.every,
      },
    });
    const line = hasFallback ? await TcpProxy.start(Number(new URL(exchange.restUrl).port)) : undefined;
    return new SpotDoors(exchange, account, time, line);
  }

  /** From here on the exchange has this clock. */
  runOn(clock: VirtualClock): void {
    this.#time.of = clock;
  }

  /** Opens the adapter for a life. */
  openFor({ bus: { identity }, clock }: SimulatedLife): OpenExchange {
    const keys = join(this.#dir, identity);
    mkdirSync(keys, { recursive: true });
    const [keyFile, secretFile] = [join(keys, 'api.key'), join(keys, 'api.secret')];
    for (const [path, text] of [[keyFile, 'k'] as const, [secretFile, 's'] as const])
      writeFileSync(path, `${text}\n`, { mode: 0o600 });
    const { restUrl: fallbackUrl, socketUrl } = this.exchange;
    const restUrl = this.#line === undefined ? fallbackUrl : `http://127.0.0.1:${this.#line.port}`;
    const paths: RequestPaths =
      this.#line === undefined ? { primary: 'direct' } : { primary: 'direct', fallback: 'ccxt', fallbackUrl };
    const access = { keyFile, secretFile, instruments: [this.instrument], random: () => 0.5, paths };
    const opened = openExchange('binance-spot', {
      ...{ account: this.#account, clock, ask: () => Promise.reject(new Error('no paper')) },
      access: { ...access, address: { restUrl, socketUrl } },
    });
    this.#opened.set(identity, opened);
    return { venue: this.#waitedFor(opened.venue), accountStream: opened.accountStream };
  }

  /** From here on nobody reaches the exchange by our own requests. */
  async cutLine(): Promise<void> {
    await this.#line?.[Symbol.asyncDispose]();
  }

  /** Cuts the connections of a process. */
  async close(identity: string): Promise<void> {
    const opened = this.#opened.get(identity);
    this.#opened.delete(identity);
    await opened?.accountStream[Symbol.asyncDispose]();
    await opened?.venue[Symbol.asyncDispose]();
  }

  /** Waits in real time until what was asked is answered; what the dead have asked is waited for once. */
  async settled(): Promise<void> {
    const longestMs = this.#line === undefined ? ANSWER_MAX_MS : LOADED_MAX_MS;
    for (let ms = 0; this.#asked.size > 0 && ms < longestMs; ms++) await setTimeout(1);
    this.#asked.clear();
    await setTimeout(SOCKET_MS);
  }

  #waitedFor(venue: ExchangeVenue): ExchangeVenue {
    return new Proxy(venue, {
      get: (target, name) => {
        const found: unknown = Reflect.get(target, name);
        if (typeof found !== 'function') return found;
        return (...given: unknown[]) => {
          const at = given.findIndex((each) => typeof each === 'function');
          // The proof of an absence waits for virtual time.
          if (at >= 0 && name !== 'proveAbsence') {
            const one = {};
            this.#asked.add(one);
            const told = given[at] as (answer: unknown) => void;
            given[at] = (answer: unknown) => {
              this.#asked.delete(one);
              told(answer);
            };
          }
          return found.apply(target, given);
        };
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const identity of [...this.#opened.keys()]) await this.close(identity);
    await this.cutLine();
    await this.exchange[Symbol.asyncDispose]();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
