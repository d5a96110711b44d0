import { type InstrumentId, SIDE_UNREADABLE } from '@algo/model';
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { makerFlagIn, takerSideIn, timeIn } from './csv-fields.ts';
import { RawTradesBuilder } from './raw-trades-builder.ts';
import { type TradeFile, type TradeRows, unusable } from './trade-file.ts';
import { layoutOfNames, microseconds, type TradeLayout } from './trade-layout.ts';

/** A row group is unpacked in one piece, so its size bounds the memory. DuckDB writes 122,880 rows. */
const ROW_GROUP_ROWS_MAX = 2_000_000;

/** Exact where the library's own dates would round to ms. */
const PARSERS = {
  timestampFromMilliseconds: (millis: bigint) => Number(millis) * 1_000,
  timestampFromMicroseconds: (micros: bigint) => Number(micros),
  timestampFromNanoseconds: (nanos: bigint) => Number(nanos / 1_000n),
};

/** Opens a Parquet file as far as its footer. *Errors*: InputError when it is no file of trades. */
export async function openParquet(path: string, bytes: number): Promise<TradeFile> {
  let metadata: FileMetaData;
  let file: AsyncBuffer;
  try {
    file = await asyncBufferFromFile(path);
    metadata = await parquetMetadataAsync(file);
  } catch (error) {
    // The footer comes last: of a half-written Parquet file nothing can be had.
    throw unusable(path, `it begins as Parquet but has no readable footer: ${(error as Error).message}`);
  }
  const names = metadata.schema.slice(1).map(({ name }) => name);
  const layout = layoutOfNames(names);
  if (layout === undefined) throw unusable(path, `its Parquet columns are ${names.join(', ')}`);
  if (metadata.num_rows === 0n) throw unusable(path, 'it holds no rows');
  const largest = Math.max(...metadata.row_groups.map(({ num_rows }) => Number(num_rows)));
  if (largest > ROW_GROUP_ROWS_MAX)
    throw unusable(path, `a row group has ${largest} rows, at most ${ROW_GROUP_ROWS_MAX} fit into memory`);
  const reader = new ParquetReader(file, metadata, names, layout);
  const first = layout.symbol === undefined ? undefined : await reader.firstOf(names[layout.symbol]!);
  return {
    path,
    bytes,
    symbol: first,
    hasIds: layout.id !== undefined,
    read: (instrument, skip) => reader.rows(instrument, skip),
  };
}

class ParquetReader {
  readonly #file: AsyncBuffer;
  readonly #metadata: FileMetaData;
  readonly #names: readonly string[];
  readonly #layout: TradeLayout;

  constructor(file: AsyncBuffer, metadata: FileMetaData, names: readonly string[], layout: TradeLayout) {
    this.#file = file;
    this.#metadata = metadata;
    this.#names = names;
    this.#layout = layout;
  }

  async firstOf(column: string): Promise<string> {
    const rows = await this.#read([column], 0, 1);
    return String(rows[0]?.[column]);
  }

  async *rows(instrument: InstrumentId, skip: number): TradeRows {
    const { time, price, quantity, side, id, sideMeans } = this.#layout;
    const name = (at: number) => this.#names[at]!;
    const columns = [time, price, quantity, side, ...(id === undefined ? [] : [id])].map(name);
    const sideOf = sideMeans === 'taker' ? takerSideIn : makerFlagIn;
    const builder = new RawTradesBuilder();
    let start = 0;
    for (const group of this.#metadata.row_groups) {
      const end = start + Number(group.num_rows);
      const from = Math.max(start, skip);
      start = end;
      if (from >= end) continue;
      let rows: Record<string, unknown>[];
      try {
        rows = await this.#read(columns, from, end);
      } catch (error) {
        return `rows ${from} to ${end} can't be unpacked: ${(error as Error).message}`;
      }
      for (const row of rows)
        builder.append(
          timeOf(row[name(time)]),
          numberOf(row[name(price)]),
          numberOf(row[name(quantity)]),
          sideFrom(row[name(side)], sideOf),
          id === undefined ? Number.NaN : numberOf(row[name(id)]),
        );
      yield builder.take(instrument, id !== undefined);
    }
    return undefined;
  }

  #read(columns: string[], rowStart: number, rowEnd: number): Promise<Record<string, unknown>[]> {
    const [file, metadata] = [this.#file, this.#metadata];
    return parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, parsers: PARSERS });
  }
}

function numberOf(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

function timeOf(value: unknown): number {
  if (typeof value !== 'string') return microseconds(numberOf(value));
  const bytes = new TextEncoder().encode(value);
  return timeIn(bytes, 0, bytes.length);
}

function sideFrom(value: unknown, read: typeof takerSideIn): number {
  if (typeof value !== 'string' && typeof value !== 'boolean') return SIDE_UNREADABLE;
  const bytes = new TextEncoder().encode(String(value));
  return read(bytes, 0, bytes.length);
}
