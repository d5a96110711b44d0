import { join } from 'node:path';
import { EVERYTHING, type ShardInput, ShardMachine, type ShardWord } from '@algo/analytics/domain';
import { type Bus, type InboundMessage, LaneSpeaker, StreamLanes, systemClock } from '@algo/bus';
import { encodeFact, type Fact, type MessageOf, type StreamName, tellStates } from '@algo/contracts';
import { type InstrumentId, instrumentId, type TradeColumns } from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { instrumentOfWord } from './analytics-reference.ts';

const FIRST_US = Date.UTC(2026, 0, 5, 12) * 1_000;
const TICK_US = 250_000;

/** What analytics says of each instrument, word by word, as text that can be compared. */
export type WordsBy = ReadonlyMap<InstrumentId, readonly string[]>;

/**
 * A made-up market of many instruments, told as ingest tells one: so many trades of each in a quarter of a
 * second.
 */
export class ShardMarket implements AsyncDisposable {
  readonly instruments: readonly InstrumentId[];
  readonly #speaker: LaneSpeaker;
  readonly #tradesPerTick: number;
  #ticks = 0;

  private constructor(speaker: LaneSpeaker, instruments: readonly InstrumentId[], tradesPerTick: number) {
    this.#speaker = speaker;
    this.instruments = instruments;
    this.#tradesPerTick = tradesPerTick;
  }

  static async open(bus: Bus, symbols: readonly string[], tradesPerTick = 5): Promise<ShardMarket> {
    let saved: Uint8Array | undefined;
    const keep = (part: Uint8Array | undefined) => {
      saved = part;
    };
    const speaker = await LaneSpeaker.open({
      ...{ bus, clock: systemClock, speaker: { identity: 'ingest.binance', account: '' } },
      ...{ says: ['md.trades', 'md.time'], snapshotIntervalMs: 60_000 },
      snapshots: { load: async () => saved, save: async (part) => keep(part) },
      onError: (error) => {
        throw error;
      },
    });
    return new ShardMarket(
      speaker,
      symbols.map((symbol) => instrumentId(`binance.spot.${symbol}`)),
      tradesPerTick,
    );
  }

  /** Trades told of each instrument. */
  get trades(): number {
    return this.#ticks * this.#tradesPerTick;
  }

  /** Tells a quarter of a second of the market; resolves when it is stored. */
  async tick(): Promise<void> {
    const n = this.#ticks++;
    const told = this.instruments.map((instrument, i) =>
      this.#speaker.say('TradeBatch', {
        ...{ trades: tradesOf(instrument, n, i, this.#tradesPerTick), receivedUs: 0, complete: true },
        ...{ origin: 'live', sides: 'told' },
      }),
    );
    const sureUs = FIRST_US + (n + 1) * TICK_US;
    const time = this.#speaker.say('TimeAdvanced', {
      ...{ type: 'TimeAdvanced', feed: 'binance', toldUs: sureUs, sureUs, behind: [] },
      ...{ wallUs: 0, speed: 1, warm: false },
    });
    await Promise.all([...told, time]);
  }

  /** Tells ticks, each so long after the last began as the machine bears, until it is stopped. */
  goOn(everyMs: number): { stop(): Promise<void> } {
    let goesOn = true;
    const told = (async () => {
      while (goesOn) {
        const nextMs = performance.now() + everyMs;
        await this.tick();
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, nextMs - performance.now())));
      }
    })();
    return {
      stop() {
        goesOn = false;
        return told;
      },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#speaker[Symbol.asyncDispose]();
  }
}

/** The trades of a tick, whose price wanders within some 20 ticks, by another path for each instrument. */
function tradesOf(instrument: InstrumentId, n: number, i: number, count: number): TradeColumns {
  const first = n * count;
  const of = (value: (at: number) => number) =>
    Float64Array.from({ length: count }, (_, at) => value(first + at));
  const price = (at: number) =>
    80 + Math.round(10 * Math.sin((at + 7 * i) / 40) + ((at * (i + 3)) % 11)) / 100;
  return {
    ...{ instrument, count, price: of(price), quantity: of((at) => 1 + (at % 7)) },
    side: Uint8Array.from({ length: count }, (_, at) => (first + at + i) % 2),
    timeUs: of((at) => FIRST_US + Math.floor((at * TICK_US) / count)),
    ids: { kind: 'counted', values: of((at) => 1 + at) },
  };
}

/** Returns what one machine with all shards says of what the market's stream holds. */
export async function wordsOfOne(bus: Bus, instrumentsFile: string): Promise<WordsBy> {
  const machine = new ShardMachine(readInstrumentCatalog(instrumentsFile), undefined, tellStates, EVERYTHING);
  const words = new Map<InstrumentId, string[]>();
  const speak = <Name extends ShardWord>(name: Name, body: MessageOf<Name>) =>
    add(words, { name, body } as Fact as Fact<ShardWord>);
  const say = Object.assign(speak, { request() {}, input: 1 });
  await heard(bus, 'MARKET', ({ fact }) => machine.take(fact as ShardInput, say));
  return words;
}

/** Returns what a reader hears of analytics: each lane in its order, nothing twice, nothing void. */
export async function wordsHeard(bus: Bus): Promise<WordsBy> {
  const words = new Map<InstrumentId, string[]>();
  for (const stream of ['CANDLES', 'ANALYTICS'] as const)
    await heard(bus, stream, ({ fact }) => add(words, fact as Fact<ShardWord>));
  return words;
}

async function heard(bus: Bus, stream: StreamName, take: (message: InboundMessage) => void): Promise<void> {
  const lanes = new StreamLanes(stream, false);
  for await (const message of bus.read({ stream, subjects: ['>'], after: 0 })) lanes.admit(message, take);
}

/** Of a file each, so that the order between the two streams doesn't count. */
function add(words: Map<InstrumentId, string[]>, word: Fact<ShardWord>): void {
  const instrument = instrumentOfWord(word);
  const list = words.get(instrument) ?? [];
  words.set(instrument, list);
  list.push(`${word.name} ${Buffer.from(encodeFact(word.name, word.body)).toString('base64')}`);
}

/** Returns the first word of each kind that differs, for a person to look at; undefined when none does. */
export function firstOther(heardWords: WordsBy, oneSays: WordsBy): unknown {
  for (const [instrument, wanted] of oneSays) {
    const got = heardWords.get(instrument) ?? [];
    for (const kind of new Set([...wanted, ...got].map(kindOf))) {
      const [one, other] = [wanted, got].map((list) => list.filter((word) => kindOf(word) === kind)) as [
        string[],
        string[],
      ];
      const at = one.findIndex((word, i) => word !== other[i]);
      if (at >= 0 || one.length !== other.length)
        return { instrument, kind, at, said: one.length, heard: other.length };
    }
  }
  return undefined;
}

const kindOf = (word: string) => word.slice(0, word.indexOf(' '));

/** Where the files of an engine lie that keeps everything in one directory. */
export const ticksOf = (dataDir: string) => join(dataDir, 'ticks');
