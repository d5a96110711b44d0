import type { TimeUs } from '@algo/model';
import { type RawTrades, sliceRaw } from './raw-trades.ts';

/** Where live trades begin behind warm bars. */
export interface WarmBeginning {
  /** The trades since the last bar that the venue's history has; none where none happened. */
  readonly raw: RawTrades;
  /** The newest trade of that history: what was heard goes on behind it. */
  readonly last: { readonly id: number; readonly timeUs: TimeUs };
}

/** Returns where to begin from a time on. *Shape*: `history` has trades with ids, by rising id. */
export function beginningAt(history: RawTrades, sinceUs: TimeUs): WarmBeginning {
  const { count, ids, timeUs } = history;
  const first = timeUs.findIndex((each) => each >= sinceUs);
  const raw = sliceRaw(history, first < 0 ? count : first, count);
  return { raw, last: { id: ids![count - 1]!, timeUs: timeUs[count - 1]! } };
}

/** Returns what was heard behind the newest trade of the history; ids that can't be read are kept. */
export function heardBehind(heard: RawTrades, lastId: number): RawTrades {
  const first = heard.ids!.findIndex((id) => !(id <= lastId));
  return sliceRaw(heard, first < 0 ? heard.count : first, heard.count);
}
