import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { AnyBar } from '@algo/market-analytics';
import { InputError } from '@algo/model';

const COLUMNS = ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const;
/** Counts since 1970 below these are seconds, ms and µs; what is larger is ns. *Units*: µs of one. */
const UNITS = [
  [1e11, 1e6],
  [1e14, 1e3],
  [1e17, 1],
] as const;

/** A bar of a file, and its time as it was written. */
export interface FileBar extends AnyBar {
  readonly written: string;
}

/** Bars of a file. *Shape*: oldest first; `lengthUs` the least time between two of them. */
export interface CandleFile {
  readonly bars: readonly FileBar[];
  readonly lengthUs: number;
}

/**
 * Reads bars: CSV, packed by gzip or not, with header `timestamp,open,high,low,close,volume` and perhaps
 * `buy_volume`, in any order. Times are ISO 8601 (UTC where no zone is written) or counts since 1970 in s,
 * ms, µs or ns. *Errors*: InputError naming the file, the line and what is wrong in it.
 */
export function readCandleFile(path: string): CandleFile {
  const lines = linesOf(path);
  const header = (lines[0] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const missing = COLUMNS.filter((name) => !header.includes(name));
  if (missing.length > 0)
    throw unusable(
      path,
      1,
      `the header has no column ${missing.join(', ')}`,
      `Write ${COLUMNS.join(',')} there.`,
    );
  const bars: FileBar[] = [];
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line.trim() === '') continue;
    const cells = line.split(',');
    if (cells.length !== header.length)
      throw unusable(path, i + 1, `${cells.length} cells for ${header.length} columns`, 'Mend that line.');
    const bar = barOf(path, i + 1, (name) => cells[header.indexOf(name)]?.trim());
    const before = bars.at(-1);
    if (before !== undefined && bar.openTimeUs <= before.openTimeUs)
      throw unusable(
        path,
        i + 1,
        `its time ${bar.written} is not after ${before.written}`,
        'Sort it, oldest first.',
      );
    bars.push(bar);
  }
  if (bars.length < 2)
    throw unusable(path, lines.length, 'it holds fewer than two bars', 'Name another file.');
  let lengthUs = Number.POSITIVE_INFINITY;
  for (let i = 1; i < bars.length; i++)
    lengthUs = Math.min(lengthUs, bars[i]!.openTimeUs - bars[i - 1]!.openTimeUs);
  return { bars, lengthUs };
}

function linesOf(path: string): string[] {
  try {
    const bytes = readFileSync(path);
    const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
    return text
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimEnd()
      .split(/\r?\n/);
  } catch (error) {
    const because = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(error);
    throw new InputError({ field: '--candles', value: path, because, remedy: 'Name a CSV file of bars.' });
  }
}

function barOf(path: string, line: number, cell: (name: string) => string | undefined): FileBar {
  const number = (name: string) => {
    const text = cell(name) ?? '';
    const value = Number(text);
    if (text === '' || !Number.isFinite(value) || value < 0)
      throw unusable(path, line, `${name} = "${text}" is not a number of 0 or more`, 'Mend that line.');
    return value;
  };
  const written = cell('timestamp') ?? '';
  const openTimeUs = timeOf(written);
  if (openTimeUs === null)
    throw unusable(
      path,
      line,
      `timestamp = "${written}" is no time`,
      'Write ISO 8601, or a count since 1970.',
    );
  const [open, high, low, close] = [number('open'), number('high'), number('low'), number('close')];
  if (!(low > 0) || low > Math.min(open, close) || high < Math.max(open, close))
    throw unusable(
      path,
      line,
      `open ${open}, high ${high}, low ${low}, close ${close} are no bar: low ≤ open, close ≤ high, above 0`,
      'Mend that line.',
    );
  const volume = number('volume');
  const buyVolume = cell('buy_volume') ? number('buy_volume') : null;
  if (buyVolume !== null && buyVolume > volume)
    throw unusable(path, line, `buy_volume ${buyVolume} is more than volume ${volume}`, 'Mend that line.');
  return { written, openTimeUs, open, high, low, close, volume, buyVolume };
}

function timeOf(text: string): number | null {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const count = Number(text);
    const unit = UNITS.find(([below]) => count < below)?.[1] ?? 1e-3;
    return Math.round(count * unit);
  }
  const iso = /^\d{4}-\d\d-\d\d/.test(text) ? text.replace(' ', 'T') : '';
  const zoned = /[Zz]$|[+-]\d\d:?\d\d$/.test(iso) || iso.length === 10 ? iso : `${iso}Z`;
  const ms = Date.parse(zoned);
  return Number.isFinite(ms) ? ms * 1_000 : null;
}

function unusable(path: string, line: number, because: string, remedy: string): InputError {
  return new InputError({ field: '--candles', value: `${path}, line ${line}`, because, remedy });
}
