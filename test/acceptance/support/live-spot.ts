import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Decimal, instrumentId, US_PER_MS } from '@algo/model';
import { BinanceSpotExchange, spotSymbol } from '@algo/testkit/venues';
import { ROOT } from './algo-process.ts';
import { eagerTrading } from './eager-trading.ts';

export const LIVE_ACCOUNT = 'live-main';
const SYMBOLS = ['LTCUSDT', 'ETHUSDT'];
const STEPS: Readonly<Record<string, string>> = { LTCUSDT: '0.001', ETHUSDT: '0.0001' };
const INSTRUMENTS = SYMBOLS.map((symbol) => instrumentId(`binance.spot.${symbol}`));
const OWNER = 'one';
const [API_KEY, SECRET] = ['liveKey', 'liveSecret'];
const HISTORY_MINUTES = 60;
const FLOW_EVERY_MS = 50;
/** Every so often takers come from one side alone, for so long, with so many times as much. */
const [EPISODE_MS, BURST_MS, BURST_TIMES] = [25_000, 5_000, 30];
const START_TICKS = 8_350;

/** Binance's spot market as a stand-in, with one account whose keys are files, and a public that trades. */
export class LiveSpot implements AsyncDisposable {
  readonly exchange: BinanceSpotExchange;
  readonly dir: string;
  readonly #beganMs = Date.now();
  readonly #publics: ReadonlyMap<string, ThePublic>;
  #timer: NodeJS.Timeout;

  private constructor(exchange: BinanceSpotExchange, dir: string, publics: ReadonlyMap<string, ThePublic>) {
    this.exchange = exchange;
    this.dir = dir;
    this.#publics = publics;
    this.#timer = setInterval(() => this.#flow(), FLOW_EVERY_MS);
  }

  /** Opens it with an hour of history; what belongs to the account lies in a folder. */
  static async open(dir: string): Promise<LiveSpot> {
    const publics = new Map(SYMBOLS.map((symbol) => [symbol, new ThePublic()]));
    const seconds = HISTORY_MINUTES * 60;
    const exchange = await BinanceSpotExchange.open({
      symbols: SYMBOLS.map((symbol) => {
        const step = STEPS[symbol]!;
        return spotSymbol(symbol, { firstTradeId: seconds + 1, lot: { min: step, max: '90000', step } });
      }),
      accounts: [
        {
          ...{ name: OWNER, balances: { USDT: '10000' } },
          keys: [{ apiKey: API_KEY, secret: SECRET, ips: ['127.0.0.1'] }],
        },
      ],
    });
    const nowMs = Date.now();
    for (const [symbol, of] of publics) {
      const before = Array.from({ length: seconds }, (_, i) => ({
        ...{ id: i + 1, ...of.calm() },
        timeUs: (nowMs - (seconds - i) * 1_000) * US_PER_MS,
      }));
      exchange.market.happen(symbol, before);
    }
    return new LiveSpot(exchange, dir, publics);
  }

  /** Writes the file of exchanges, the files of the key and limits. Returns what `algo up` is told. */
  options(): string[] {
    const keys = join(this.dir, 'keys');
    rmSync(keys, { recursive: true, force: true });
    mkdirSync(keys);
    for (const [name, text] of [['api.key', API_KEY] as const, ['api.secret', SECRET] as const]) {
      writeFileSync(join(keys, name), `${text}\n`);
      chmodSync(join(keys, name), 0o400);
    }
    const { restUrl, socketUrl } = this.exchange;
    writeFileSync(
      join(this.dir, 'exchanges.yaml'),
      [
        'accounts:',
        `  ${LIVE_ACCOUNT}:`,
        '    exchange: binance-spot',
        '    key_file: keys/api.key',
        '    secret_file: keys/api.secret',
        '    starting_equity: 10000',
        `    rest_url: ${restUrl}`,
        `    socket_url: ${socketUrl}`,
        '',
      ].join('\n'),
    );
    return ['--live', join(this.dir, 'exchanges.yaml'), '--instruments', INSTRUMENTS.join(',')];
  }

  get env(): NodeJS.ProcessEnv {
    const { restUrl, streamUrl } = this.exchange;
    return { ALGO_BINANCE_URL: streamUrl, ALGO_BINANCE_REST_URL: restUrl, ...eagerTrading(this.dir, true) };
  }

  /** What the account really holds of an asset. */
  holds(asset: string): Decimal {
    const { free, locked } = this.exchange.truth().holdings.get(OWNER)!.get(asset)!;
    return free.plus(locked);
  }

  /** Lets the public trade no more. */
  end(): void {
    clearInterval(this.#timer);
  }

  #flow(): void {
    let sinceMs = Date.now() - this.#beganMs;
    for (const [symbol, of] of this.#publics) {
      this.exchange.flow(symbol, [sinceMs % EPISODE_MS < BURST_MS ? of.burst() : of.calm()]);
      sinceMs += EPISODE_MS / SYMBOLS.length;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.exchange[Symbol.asyncDispose]();
  }
}

/** Writes a file of limits in which the account has its own, beside the usual ones. */
export function limitsFor(dir: string): NodeJS.ProcessEnv {
  const usual = readFileSync(join(ROOT, 'config', 'limits.yaml'), 'utf8');
  const limits = ['positions_max: 3', 'gross_notional_max: 3000', 'entry_notional_per_minute_max: 3000'];
  const own = `accounts:\n  ${LIVE_ACCOUNT}:\n${limits.map((limit) => `    ${limit}\n`).join('')}`;
  const path = join(dir, 'limits.yaml');
  writeFileSync(path, usual.replace('accounts:\n', own));
  return { ALGO_LIMITS_FILE: path };
}

/** Whoever else trades: of both sides around a price that pulls back, or for a while all of them buyers. */
class ThePublic {
  #ticks = START_TICKS;
  #random = 7;

  calm() {
    const pull = this.#ticks > START_TICKS ? 1 : -1;
    const step = this.#next(10) < 4 ? 0 : this.#next(10) < 6 ? -pull : pull;
    this.#ticks += step;
    return this.#trade(1 + this.#next(3), this.#next(2) === 0);
  }

  burst() {
    this.#ticks += this.#next(2);
    return this.#trade(BURST_TIMES + this.#next(BURST_TIMES), false);
  }

  #trade(quantity: number, isBuyerMaker: boolean) {
    return { price: (this.#ticks / 100).toFixed(2), quantity: `${quantity}`, isBuyerMaker };
  }

  #next(under: number): number {
    this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (this.#random >>> 8) % under;
  }
}
