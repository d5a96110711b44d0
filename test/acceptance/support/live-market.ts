import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Decimal, instrumentId, US_PER_MS } from '@algo/model';
import type { BinanceStandIn, FlowTrade } from '@algo/testkit/venues';
import { ROOT } from './algo-process.ts';
import { eagerTrading } from './eager-trading.ts';
import { ThePublic } from './the-public.ts';

export const LIVE_ACCOUNT = 'live-main';
/** The account by the exchange's own name, and its key. */
export const OWNER = 'one';
export const KEY = { apiKey: 'liveKey', secret: 'liveSecret', ips: ['127.0.0.1'] };
const HISTORY_SECONDS = 3_600;
export const FIRST_TRADE_ID = HISTORY_SECONDS + 1;
const FLOW_EVERY_MS = 50;

/**
 * When takers come from one side alone. *Shape*: the price moves with one of `oneIn` trades. *Units*:
 * `everyMs`, of that `forMs`.
 */
interface Bursts {
  readonly everyMs: number;
  readonly forMs: number;
  readonly oneIn: number;
}

/** What trades there. *Shape*: `lot` is the step of quantities; in bursts all takers are of `side`. */
export interface LiveSymbol {
  readonly symbol: string;
  readonly lot: string;
  readonly side: 'buy' | 'sell';
}

/** A fill as the exchange has it. */
export interface LiveFill {
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly side: string;
}

/** A stand-in that keeps books, as far as all of them are alike. */
interface StandInWithBooks extends AsyncDisposable {
  readonly market: BinanceStandIn;
  readonly restUrl: string;
  readonly streamUrl: string;
  flow(symbol: string, trades: readonly FlowTrade[]): void;
}

/** In what an exchange differs from the others for whoever trades there. */
interface LiveKind {
  /** Its name in a file of exchanges, and the market of its instruments. */
  readonly name: string;
  readonly market: 'spot' | 'perp';
  /** Where an account is heard. */
  readonly socketUrl: string;
  readonly env: NodeJS.ProcessEnv;
  readonly symbols: readonly LiveSymbol[];
  readonly bursts: Bursts;
  /** In what the rules of trading differ from the eager ones. */
  readonly trading: Parameters<typeof eagerTrading>[2];
}

/** A stand-in of an exchange, with one account whose keys are files, and a public that trades. */
export abstract class LiveMarket<Exchange extends StandInWithBooks> implements AsyncDisposable {
  readonly exchange: Exchange;
  readonly dir: string;
  readonly #kind: LiveKind;
  readonly #beganMs = Date.now();
  readonly #publics: ReadonlyMap<LiveSymbol, ThePublic>;
  readonly #timer: NodeJS.Timeout;

  /** An hour has passed there; what belongs to the account lies in a folder. */
  protected constructor(exchange: Exchange, dir: string, kind: LiveKind) {
    this.exchange = exchange;
    this.dir = dir;
    this.#kind = kind;
    this.#publics = new Map(kind.symbols.map((of) => [of, new ThePublic()]));
    const nowMs = Date.now();
    for (const [{ symbol }, of] of this.#publics) {
      const before = Array.from({ length: HISTORY_SECONDS }, (_, i) => ({
        ...{ id: i + 1, ...of.calm() },
        timeUs: (nowMs - (HISTORY_SECONDS - i) * 1_000) * US_PER_MS,
      }));
      exchange.market.happen(symbol, before);
    }
    this.#timer = setInterval(() => this.#flow(), FLOW_EVERY_MS);
  }

  get name(): string {
    return this.#kind.name;
  }

  /** What the exchange has filled for the account. */
  abstract fills(): readonly LiveFill[];

  /** The names of all orders that it has ever taken, each as often as it took one. */
  abstract names(): readonly string[];

  /** Those that could still do something. */
  abstract working(): readonly string[];

  /** The stops of ours that it ever held. */
  abstract stops(): readonly string[];

  /** What is held that the books can't know of, in words; nothing, where all is well. */
  abstract leftOver(): readonly string[];

  /** Writes the file of exchanges, the files of the key and limits. Returns what `algo up` is told. */
  options(more: readonly string[] = []): string[] {
    this.writeKey(KEY.apiKey, KEY.secret);
    const { name, socketUrl, market, symbols } = this.#kind;
    writeFileSync(
      join(this.dir, 'exchanges.yaml'),
      [
        'accounts:',
        `  ${LIVE_ACCOUNT}:`,
        `    exchange: ${name}`,
        '    key_file: keys/api.key',
        '    secret_file: keys/api.secret',
        '    starting_equity: 10000',
        `    rest_url: ${this.exchange.restUrl}`,
        `    socket_url: ${socketUrl}`,
        ...more.map((line) => `    ${line}`),
        '',
      ].join('\n'),
    );
    const instruments = symbols.map(({ symbol }) => instrumentId(`binance.${market}.${symbol}`));
    return ['--live', join(this.dir, 'exchanges.yaml'), '--instruments', instruments.join(',')];
  }

  /** Puts both halves of a key into its files. */
  writeKey(apiKey: string, secret: string): void {
    const keys = join(this.dir, 'keys');
    rmSync(keys, { recursive: true, force: true });
    mkdirSync(keys);
    for (const [name, text] of [['api.key', apiKey] as const, ['api.secret', secret] as const]) {
      writeFileSync(join(keys, name), `${text}\n`);
      chmodSync(join(keys, name), 0o400);
    }
  }

  get env(): NodeJS.ProcessEnv {
    return { ...this.#kind.env, ...eagerTrading(this.dir, true, this.#kind.trading) };
  }

  /** Lets the public trade no more. */
  end(): void {
    clearInterval(this.#timer);
  }

  #flow(): void {
    const { everyMs, forMs, oneIn } = this.#kind.bursts;
    let sinceMs = Date.now() - this.#beganMs;
    for (const [{ symbol, side }, of] of this.#publics) {
      this.exchange.flow(symbol, [sinceMs % everyMs < forMs ? of.burst(side, oneIn) : of.calm()]);
      sinceMs += everyMs / this.#publics.size;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.exchange[Symbol.asyncDispose]();
  }
}

/** Writes a file of limits in which accounts have their own, beside the usual ones. */
export function limitsFor(dir: string, accounts: readonly string[] = [LIVE_ACCOUNT]): NodeJS.ProcessEnv {
  const usual = readFileSync(join(ROOT, 'config', 'limits.yaml'), 'utf8');
  const limits = ['positions_max: 3', 'gross_notional_max: 3000', 'entry_notional_per_minute_max: 3000'];
  const lines = limits.map((limit) => `    ${limit}\n`).join('');
  const own = `accounts:\n${accounts.map((account) => `  ${account}:\n${lines}`).join('')}`;
  const path = join(dir, 'limits.yaml');
  writeFileSync(path, usual.replace('accounts:\n', own));
  return { ALGO_LIMITS_FILE: path };
}
