import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Decimal,
  InputError,
  type InstrumentChanged,
  type InstrumentId,
  type InstrumentRules,
  instrumentId,
} from '@algo/model';
import { FirstRules, ListingCache, type RuleOverride } from '@algo/runtime';
import { eventually } from '@algo/testkit';
import type { BinanceStandIn } from '@algo/testkit/venues';
import { spotFeedOn, startStandIn } from '@algo/venues/binance/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RuleSpeech } from './feed-speech.ts';
import { RuleWatch } from './rule-watch.ts';

const SOL = instrumentId('binance.spot.SOLUSDT');
const CHINESE = instrumentId('binance.spot.币安人生USDT');
const EVERY_MS = 5;

/** What is said of rules, over all lives. */
class Said implements RuleSpeech {
  readonly changes: InstrumentChanged[] = [];

  async sayChange(change: InstrumentChanged): Promise<void> {
    this.changes.push(change);
  }

  async lastRules(_feed: string, id: InstrumentId): Promise<InstrumentRules | undefined> {
    return this.changes.findLast(({ instrument }) => instrument === id)?.after;
  }
}

/** As the bucket of an engine keeps them: as text. */
class Documents {
  readonly #texts = new Map<string, string>();

  async get(collection: string, name: string): Promise<unknown> {
    const text = this.#texts.get(`${collection}.${name}`);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async put(collection: string, name: string, document: unknown): Promise<void> {
    this.#texts.set(`${collection}.${name}`, JSON.stringify(document));
  }

  async seed(): Promise<boolean> {
    throw new Error('nobody seeds rules');
  }
}

let stack: AsyncDisposableStack;
let dir: string;
let said: Said;
let words: string[];
let documents: ConstructorParameters<typeof FirstRules>[0];
beforeEach(() => {
  stack = new AsyncDisposableStack();
  dir = mkdtempSync(join(tmpdir(), 'algo-rules-'));
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  said = new Said();
  words = [];
  documents = new Documents();
});
afterEach(() => stack.disposeAsync());

async function venue(): Promise<BinanceStandIn> {
  return stack.use(await startStandIn(['SOLUSDT', '币安人生USDT', 'BTCUSDT']));
}

/** Begins a life of the watch over what earlier ones left. */
async function life(
  server: BinanceStandIn,
  wanted: readonly InstrumentId[] = [SOL, CHINESE],
  overrides: ReadonlyMap<InstrumentId, RuleOverride> = new Map(),
): Promise<RuleWatch> {
  const feed = stack.use(spotFeedOn(server));
  const options = {
    ...{
      feed,
      speech: said,
      overrides,
      wanted,
      everyMs: EVERY_MS,
      warn: (text: string) => void words.push(text),
    },
    ...{ cache: new ListingCache(dir, 'binance'), firstRules: new FirstRules(documents, 'binance') },
    clock: { nowMs: () => Date.now() },
  };
  return stack.use(await RuleWatch.open(options, new AbortController().signal));
}
const until = (count: number) =>
  eventually(
    () => `${count} changes`,
    () => said.changes.length === count,
  );

test('what the exchange lists can be traded, whatever it is called, by its own rules', async () => {
  const server = await venue();
  server.rules.set('币安人生USDT', { tickSize: '0.000100', stepSize: '1.0', minQty: '1.0' });
  const { instruments } = await life(server);
  expect(instruments.map(({ id }) => id)).toEqual([SOL, CHINESE]);
  const { priceTick, quantityStep } = instruments[1]!;
  expect([priceTick, quantityStep].map(String)).toEqual(['0.0001', '1']);
  expect(said.changes).toEqual([]);
});

test('a change is said once, with the rules before and after, and over a restart not again', async () => {
  const server = await venue();
  const first = await life(server);
  server.rules.set('SOLUSDT', { tickSize: '0.001' });
  await until(1);
  const [change] = said.changes;
  expect([`${change?.before.priceTick}`, `${change?.after.priceTick}`]).toEqual(['0.01', '0.001']);
  expect(change).toMatchObject({ feed: 'binance', instrument: SOL });
  await first[Symbol.asyncDispose]();
  const { instruments } = await life(server);
  // The rules of the beginning stay: what came later is a fact behind them.
  expect(`${instruments[0]?.priceTick}`).toBe('0.01');
  server.rules.set('SOLUSDT', { tickSize: '0.001', minNotional: '10' });
  await until(2);
  expect(
    [said.changes[1]!.before, said.changes[1]!.after].map(({ minNotional }) => `${minNotional}`),
  ).toEqual(['5', '10']);
});

test('a change that was made while nobody looked is said at the next start', async () => {
  const server = await venue();
  await (await life(server))[Symbol.asyncDispose]();
  server.rules.set('SOLUSDT', { status: 'HALT' });
  const watch = await life(server);
  expect(said.changes.map(({ after }) => after.listing)).toEqual(['suspended']);
  expect(watch.notes()).toContain(`${SOL} is suspended`);
});

test('one that is delisted is no reason not to start: a position may be open there', async () => {
  const server = await venue();
  await (await life(server))[Symbol.asyncDispose]();
  server.rules.set('SOLUSDT', null);
  const watch = await life(server);
  expect(said.changes.map(({ after }) => after.listing)).toEqual(['delisted']);
  expect(watch.instruments.map(({ id }) => id)).toEqual([SOL, CHINESE]);
});

test('a start needs no exchange: what it said last holds, and how old that is is said', async () => {
  const server = await venue();
  server.rules.set('SOLUSDT', { tickSize: '0.05' });
  await (await life(server))[Symbol.asyncDispose]();
  const [file] = readdirSync(join(dir, 'instruments'));
  const path = join(dir, 'instruments', file!);
  const kept = JSON.parse(readFileSync(path, 'utf8')) as { readMs: number };
  writeFileSync(path, JSON.stringify({ ...kept, readMs: Date.now() - 26 * 60_000 }));
  server.down(true);
  const watch = await life(server);
  expect(`${watch.instruments[0]?.priceTick}`).toBe('0.05');
  expect(watch.notes().join()).toMatch(/rules: .*what it listed 26 min ago holds/);
  expect(words.join()).toContain('26 min ago');
  server.down(false);
  await eventually('it answers again', () => watch.notes().length === 0);
});

test('a disk that lost its copy is no reason not to start: what was told is in the documents', async () => {
  const server = await venue();
  await (await life(server))[Symbol.asyncDispose]();
  rmSync(join(dir, 'instruments'), { recursive: true });
  server.down(true);
  const watch = await life(server);
  expect(watch.instruments.map(({ id }) => id)).toEqual([SOL, CHINESE]);
  expect(watch.notes().join()).toContain('at the first start');
});

test('where nothing was ever told it waits for the exchange, and says why', async () => {
  const server = await venue();
  server.down(true);
  const starting = life(server);
  await eventually('it says why', () => words.some((text) => text.includes('it is asked again')));
  server.down(false);
  expect((await starting).instruments).toHaveLength(2);
});

test('a name that the exchange has never listed is refused with the nearest', async () => {
  const starting = life(await venue(), [instrumentId('binance.spot.SLOUSDT')]);
  await expect(starting).rejects.toThrow(InputError);
  await expect(starting).rejects.toThrow(
    /--instruments.*binance\.spot\.SLOUSDT.*nearest is binance\.spot\.SOLUSDT/s,
  );
});

test('what the file overrides holds over the word of the exchange', async () => {
  const server = await venue();
  const overrides = new Map([[SOL, { minNotional: Decimal.of('20'), assetClass: 'meme' } as const]]);
  const [instrument] = (await life(server, [SOL], overrides)).instruments;
  expect([`${instrument?.minNotional}`, instrument?.assetClass]).toEqual(['20', 'meme']);
});

test('an answer that lists nothing changes nothing', async () => {
  const server = await venue();
  const watch = await life(server);
  for (const symbol of ['SOLUSDT', '币安人生USDT', 'BTCUSDT']) server.rules.set(symbol, null);
  await eventually('it says so', () => watch.notes().join().includes('lists no'));
  expect(said.changes).toEqual([]);
});
