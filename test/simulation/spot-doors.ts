import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { VirtualClock } from '@algo/bus';
import { type AccountId, type Instrument, instrumentId } from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { BinanceSpotExchange, spotSymbol, WALL_CLOCK } from '@algo/testkit/venues';
import { type ExchangeVenue, type OpenExchange, openExchange } from '@algo/venues';
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
  #asked = 0;

  private constructor(
    exchange: BinanceSpotExchange,
    account: AccountId,
    time: { of: VirtualClock | undefined },
  ) {
    this.exchange = exchange;
    this.#account = account;
    this.#time = time;
    this.#dir = mkdtempSync(join(tmpdir(), 'algo-spot-doors-'));
    this.catalog = join(this.#dir, 'instruments.yaml');
    writeFileSync(this.catalog, RULES);
    this.instrument = readInstrumentCatalog(this.catalog).get(LTC)!;
  }

  static async open(account: AccountId): Promise<SpotDoors> {
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
    return new SpotDoors(exchange, account, time);
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
    const { restUrl, socketUrl } = this.exchange;
    const access = { keyFile, secretFile, instruments: [this.instrument], random: () => 0.5 };
    const opened = openExchange('binance-spot', {
      ...{ account: this.#account, clock, ask: () => Promise.reject(new Error('no paper')) },
      access: { ...access, address: { restUrl, socketUrl } },
    });
    this.#opened.set(identity, opened);
    return { venue: this.#waitedFor(opened.venue), accountStream: opened.accountStream };
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
    for (let ms = 0; this.#asked > 0 && ms < ANSWER_MAX_MS; ms++) await setTimeout(1);
    this.#asked = 0;
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
            this.#asked++;
            const told = given[at] as (answer: unknown) => void;
            given[at] = (answer: unknown) => {
              this.#asked--;
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
    await this.exchange[Symbol.asyncDispose]();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
