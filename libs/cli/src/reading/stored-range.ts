import { InputError, type InstrumentId, instrumentId } from '@algo/model';
import { fromCaller } from '../config.ts';
import { findEngine } from '../engine/data-dirs.ts';

/** What was typed of where and when to read. */
export interface StoredOptions {
  readonly instrument: string;
  readonly from?: string;
  readonly to?: string;
  readonly dataDir?: string;
}

/** Whose rows are read, of which data directory and time. *Units*: µs. */
export interface StoredRange {
  readonly instrument: InstrumentId;
  readonly dataDir: string;
  readonly range: { readonly fromUs?: number; readonly toUs?: number };
}

const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** *Errors*: InputError in the words typed. */
export function storedRange(options: StoredOptions, dataRoot: string): StoredRange {
  const { from, to, dataDir } = options;
  const fromUs = from === undefined ? undefined : momentOf('--from', from);
  const toUs = to === undefined ? undefined : momentOf('--to', to);
  if (fromUs !== undefined && toUs !== undefined && fromUs >= toUs)
    throw new InputError({
      field: '--to',
      value: to,
      because: `not after --from ${from}`,
      remedy: 'Give the end behind the beginning.',
    });
  return {
    instrument: instrumentId(options.instrument),
    dataDir: dataDir === undefined ? findEngine(undefined, dataRoot).dataDir : fromCaller(dataDir),
    range: { ...(fromUs === undefined ? {} : { fromUs }), ...(toUs === undefined ? {} : { toUs }) },
  };
}

/** Returns the moment that was typed. *Units*: µs. *Errors*: InputError with the option's name. */
export function momentOf(option: string, text: string): number {
  const zoned = /T.*(Z|[+-]\d{2}:\d{2})$/.test(text) || !text.includes('T') ? text : `${text}Z`;
  const ms = MOMENT.test(text) ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(ms))
    throw new InputError({
      field: option,
      value: text,
      because: 'not a day or a moment',
      remedy: 'Write it as 2025-06-21 or 2025-06-21T12:30 (UTC).',
    });
  return ms * 1_000;
}
