import { WOULD_TAKE } from '@algo/model';
import { isTurnedAway } from './errors.ts';
import { wordsOfStatus } from './failure-words.ts';

/**
 * What an error says of the request that it answers. `refused`: it was not done and never will be;
 * `not_now`: not done, a later one may be; `fault`: not done, and ours to mend; `unknown`: nobody knows.
 */
export type Meaning = 'refused' | 'not_now' | 'fault' | 'unknown';

/** Codes of a market, and words that say something else than their code alone: the first that fits holds. */
export interface CodeTable {
  readonly codes: Readonly<Record<number, readonly [name: string, meaning: Meaning]>>;
  readonly words: readonly (readonly [codes: readonly number[], words: string, meaning: Meaning])[];
  /** Words of a server that is out of order which say that nothing was done. */
  readonly failures?: readonly string[];
}

/**
 * What an answer says of what was asked. *Shape*: `retryAfterMs` null where no later one would be taken.
 * *Errors*: none; whatever can't be read is `unknown`.
 */
export type Verdict =
  | {
      readonly type: 'refused';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      readonly isFault: boolean;
    }
  | { readonly type: 'unknown'; readonly reason: string };

/** A market that is closed, or an account that has enough orders, is tried again after so long. */
const LATER_MS = 60_000;
/** Behind a clock that was wrong: it is measured again meanwhile. */
const CLOCK_MS = 1_000;
/** An overloaded venue says that nothing was done, and not for how long. */
const BUSY_MS = 1_000;
/** How the markets say that a post-only order would take. */
const WOULD_TAKE_WORDS = /would immediately match and take|could not be executed as maker/;
/** Codes of USD-M for a price that is out of its band. */
const BANDS = [-4016, -4024, -4131];

/** An error as the venue's body has it. */
export interface VenueError {
  readonly code: number;
  readonly msg: string;
}

/** Returns the error in a body; undefined where it holds none that can be read. */
export function errorIn(body: unknown): VenueError | undefined {
  const { code, msg } = (body ?? {}) as { readonly code?: unknown; readonly msg?: unknown };
  return Number.isInteger(code) && typeof msg === 'string' ? { code: code as number, msg } : undefined;
}

function meaningOf({ code, msg }: VenueError, { codes, words }: CodeTable): Meaning {
  const said = words.find(([of, text]) => of.includes(code) && msg.includes(text));
  return said?.[2] ?? codes[code]?.[1] ?? 'unknown';
}

/**
 * Returns what an answer that is no success says. `retryAfterS`: how long the venue wants to be left alone.
 * A server that is out of order says nothing, whatever its body: what was asked may be done.
 */
export function verdictOf(
  table: CodeTable,
  status: number,
  text: string,
  retryAfterS: number | undefined,
): Verdict {
  const error = errorIn(bodyIn(text));
  if (status >= 500 && error !== undefined && table.failures?.some((words) => error.msg.includes(words)))
    return { type: 'refused', reason: `${error.msg} (${error.code})`, isFault: false, retryAfterMs: BUSY_MS };
  if (error === undefined || status >= 500 || status < 400)
    return { type: 'unknown', reason: wordsOfStatus(status, text) };
  return verdictOfError(table, error, isTurnedAway(status) ? retryAfterS : undefined);
}

/** Returns what an error says, of an answer or within one. */
export function verdictOfError(table: CodeTable, error: VenueError, retryAfterS?: number): Verdict {
  const meaning = meaningOf(error, table);
  const { code, msg } = error;
  const words = WOULD_TAKE_WORDS.test(msg) ? `${WOULD_TAKE}: ${msg}` : msg;
  const reason = `${words} (${code})`;
  switch (meaning) {
    case 'unknown':
      return { type: 'unknown', reason };
    case 'not_now':
      return { type: 'refused', reason, isFault: false, retryAfterMs: laterMs(error, retryAfterS) };
    case 'fault':
      return { type: 'refused', reason, isFault: true, retryAfterMs: null };
    case 'refused':
      return { type: 'refused', reason, isFault: false, retryAfterMs: null };
    default:
      return meaning satisfies never;
  }
}

function laterMs({ code, msg }: VenueError, retryAfterS: number | undefined): number {
  if (code === -1021 || code === -5028) return CLOCK_MS;
  // A price that is too far away may be near enough at any moment.
  if (msg.includes('PERCENT_PRICE') || BANDS.includes(code)) return 0;
  return retryAfterS === undefined ? LATER_MS : retryAfterS * 1_000;
}

/** Returns what a text holds as JSON; undefined where it is none. */
export function bodyIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
