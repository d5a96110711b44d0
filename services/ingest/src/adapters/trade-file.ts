import { InputError, type InstrumentId } from '@algo/model';
import type { RawTrades } from '../domain/raw-trades.ts';
import { KNOWN_LAYOUTS } from './trade-layout.ts';

/** Rows of a file, a stretch at a time. Returns why it stopped early; undefined when the file was whole. */
export type TradeRows = AsyncGenerator<RawTrades, string | undefined>;

/** A file of trades whose layout is known. */
export interface TradeFile {
  readonly path: string;
  /** What the file's own symbol column says, where it has one. */
  readonly symbol: string | undefined;
  readonly hasIds: boolean;
  /** Its size on disk; another size is another file. */
  readonly bytes: number;
  /** Reads it from the start, leaving out the first `skip` rows. */
  read(instrument: InstrumentId, skip: number): TradeRows;
}

/** Returns the error for a file that no trades can be had from. */
export function unusable(path: string, because: string): InputError {
  return new InputError({
    field: '--feed',
    value: `file:${path}`,
    because: `no trades can be read from it: ${because}`,
    remedy: `Give a file in a known layout: ${KNOWN_LAYOUTS}.`,
  });
}
