import { join } from 'node:path';
import { EVERYTHING, ShardMachine, type ShardWord } from '@algo/analytics/domain';
import { encodeFact, type Fact, type MessageOf, tellStates } from '@algo/contracts';
import type { InstrumentId, TimeUs, TradeColumns } from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { ROOT } from './algo-process.ts';

/** What analytics says of one instrument, in its order. */
export type AnalyticsWords = Fact<ShardWord>[];

/** Returns what the machine of analytics says of trades that it gets whole, up to a sure time. */
export function analyticsOf(trades: TradeColumns, sureUs: TimeUs): AnalyticsWords {
  const catalog = readInstrumentCatalog(join(ROOT, 'config', 'instruments.yaml'));
  const machine = new ShardMachine(catalog, undefined, tellStates, EVERYTHING);
  const words: AnalyticsWords = [];
  const speak = <Name extends ShardWord>(name: Name, body: MessageOf<Name>) => {
    words.push({ name, body } as Fact as Fact<ShardWord>);
  };
  const say = Object.assign(speak, { request() {}, input: 1 });
  machine.take(
    { name: 'TradeBatch', body: { trades, receivedUs: 0, complete: true, origin: 'live', sides: 'told' } },
    say,
  );
  const time = { feed: 'binance', toldUs: sureUs, sureUs, behind: [], wallUs: 0, speed: 1, warm: false };
  machine.take({ name: 'TimeAdvanced', body: { type: 'TimeAdvanced', ...time } }, say);
  return words;
}

/** Returns the first word that differs by a bit; undefined when the reference begins with all of them. */
export function firstDifference(words: AnalyticsWords, reference: AnalyticsWords) {
  const at = words.findIndex((word, i) => {
    const other = reference[i];
    return other === undefined || !Buffer.from(bytesOf(word)).equals(bytesOf(other));
  });
  return at < 0 ? undefined : { at, said: words[at], reference: reference[at] };
}

/** Returns which instrument a word of analytics is about. */
export function instrumentOfWord(word: Fact<ShardWord>): InstrumentId {
  const { body } = word;
  return 'state' in body ? body.state.instrument : body.instrument;
}

function bytesOf(word: Fact<ShardWord>): Uint8Array {
  return encodeFact(word.name, word.body);
}
