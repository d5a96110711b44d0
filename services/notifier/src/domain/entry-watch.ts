import {
  type AccountId,
  type EntryCause,
  type EntryCauseCode,
  type EntryStanding,
  type EventId,
  entryCauseWords,
  entryRemedyWords,
  eventId,
  haltScopeKey,
  hashId,
  type TimeUs,
} from '@algo/model';
import type { Notice } from './notice.ts';
import { durationText, plain, timeText, worded } from './wording.ts';

/**
 * How long entries may be stopped, by the cause that stands, before a person hears of it. *Units*: wall ms.
 * *Shape*: null for limits whose own words are mailed already.
 */
const GRACE_MS = {
  ACCOUNT_STREAM_LOST: 10_000,
  BOOKS_DIFFER: 10_000,
  ACCOUNT_SETUP: 0,
  INSTRUMENT_SHUT: 0,
  NO_RECONCILIATION: 10_000,
  NO_GUARD: 10_000,
  VENUE_SHUT: 60_000,
  VENUE_REJECTS: 0,
  ENTRY_COUNT_MAX: 0,
  CONSERVATION: 0,
  REDUCE_ONLY: null,
  HALTED: null,
} as const satisfies Record<EntryCauseCode, number | null>;
/** So long entries must have passed before that is told: a cause that comes and goes is one story. */
const PASSING_MS = 10_000;

/**
 * What stops the entries of one scope, from the first cause to the last. *Units*: `heardMs` and `passingMs`
 * wall ms, `sinceUs` event time. *Shape*: `id` names the fact that said the newest of it; `heardMs` when its
 * first cause was heard of; `causes` empty while entries pass again, since `passingMs`; `told` what a person
 * has heard of; `others` limits of the scope that have mails of their own.
 */
interface Episode {
  readonly id: EventId;
  readonly account: AccountId;
  readonly scope: string;
  readonly causes: readonly EntryCause[];
  readonly others: readonly EntryCause[];
  readonly heardMs: number;
  readonly told: readonly string[];
  readonly sinceUs: TimeUs;
  readonly timeUs: TimeUs;
  readonly passingMs: number | null;
}

/** What one word of execution says of a scope. */
type Heard = Pick<Episode, 'id' | 'account' | 'scope' | 'causes' | 'others' | 'timeUs'>;

/** What is kept of it, plain JSON. */
export type EntryWatchState = readonly Episode[];

/**
 * Tells a person once when entries have been stopped for long enough to matter, and once when they pass
 * again. *Shape*: as many stories as scopes are listed in the last words of the accounts, at most 32 each.
 */
export class EntryWatch {
  readonly #episodes: Map<string, Episode>;

  constructor(state: EntryWatchState = []) {
    this.#episodes = new Map(state.map((episode) => [keyOf(episode), episode]));
  }

  state(): EntryWatchState {
    return [...this.#episodes.values()];
  }

  /** When something is next to be told, unless there is news before; null while there is nothing. */
  get dueMs(): number | null {
    const due = this.state().map(dueMsOf);
    const least = Math.min(...due);
    return Number.isFinite(least) ? least : null;
  }

  /** Hears what stands now. */
  hear(id: EventId, { account, causes, more, timeUs }: EntryStanding, nowMs: number): void {
    const known = this.state().filter((episode) => episode.account === account);
    const listed = causes.map((cause) => haltScopeKey(cause.scope));
    for (const scope of new Set([...known.map((episode) => episode.scope), ...listed])) {
      const before = known.find((episode) => episode.scope === scope);
      const all = causes.filter((cause) => haltScopeKey(cause.scope) === scope);
      // What is not listed for want of room may stand all the same.
      if (all.length === 0 && more > 0) continue;
      const here = all.filter(({ code }) => GRACE_MS[code] !== null);
      const others = all.filter(({ code }) => GRACE_MS[code] === null);
      const about = { id, account, scope, causes: here, others, timeUs };
      if (here.length > 0) this.#stands(about, before, nowMs);
      else if (before !== undefined) this.#passes(about, before, nowMs);
    }
  }

  #stands(about: Heard, before: Episode | undefined, nowMs: number): void {
    const heardMs = before?.heardMs ?? nowMs;
    const sinceUs = Math.min(...about.causes.map((cause) => cause.sinceUs), before?.sinceUs ?? Infinity);
    const told = before?.told ?? [];
    this.#episodes.set(keyOf(about), { ...about, heardMs, sinceUs, told, passingMs: null });
  }

  /** What nobody was told of is forgotten; of the rest the first word that entries pass counts. */
  #passes(about: Heard, before: Episode, nowMs: number): void {
    if (before.told.length === 0) this.#episodes.delete(keyOf(about));
    else if (before.passingMs !== null) this.#episodes.set(keyOf(about), { ...before, others: about.others });
    else this.#episodes.set(keyOf(about), { ...before, ...about, passingMs: nowMs });
  }

  /** Returns what is to be told by now. */
  flush(nowMs: number): Notice[] {
    const notices: Notice[] = [];
    for (const [key, episode] of this.#episodes) {
      if (dueMsOf(episode) > nowMs) continue;
      notices.push(noticeOfEntries(episode));
      if (episode.passingMs !== null) this.#episodes.delete(key);
      else
        this.#episodes.set(key, {
          ...episode,
          told: [...new Set([...episode.told, ...episode.causes.map(wordOf)])],
        });
    }
    return notices;
  }
}

function keyOf({ account, scope }: Pick<Episode, 'account' | 'scope'>): string {
  return `${account} ${scope}`;
}

/** What is told of a cause once: that it is, and who must end it. */
function wordOf({ code, lift }: EntryCause): string {
  return `${code} ${lift}`;
}

/** Once a person has heard that entries are stopped, only what a person must end is told beside. */
function dueMsOf({ causes, heardMs, told, passingMs }: Episode): number {
  if (passingMs !== null) return passingMs + PASSING_MS;
  if (told.length === 0) return heardMs + Math.min(...causes.map(({ code }) => GRACE_MS[code] ?? Infinity));
  const isUntold = causes.some((cause) => cause.lift === 'person' && !told.includes(wordOf(cause)));
  return isUntold ? heardMs : Infinity;
}

function noticeOfEntries(episode: Episode): Notice {
  const { id, account, scope, causes, others, sinceUs, timeUs } = episode;
  const rows = [plain('Account', account), plain('Scope', scope)];
  const lines = [...causes, ...others].flatMap((cause) => [
    plain('Why', `${entryCauseWords(cause)}, since ${timeText(cause.sinceUs)}`),
    plain('What ends it', entryRemedyWords(cause)),
  ]);
  const told = eventId(hashId('entries', id, scope));
  if (causes.length > 0) {
    const title = `Entries stopped: ${scope}, ${causes.map(entryCauseWords).join(', ')}`;
    return { id: told, ...worded('entries_stopped', 'critical', title, [...rows, ...lines], timeUs) };
  }
  const head =
    others.length === 0 ? 'Entries pass again' : 'What stopped entries is over, a limit still stands';
  const lasted = plain('Stopped for', durationText(timeUs - sinceUs));
  const title = `${head}: ${scope}`;
  return { id: told, ...worded('entries_stopped', 'warning', title, [...rows, lasted, ...lines], timeUs) };
}
