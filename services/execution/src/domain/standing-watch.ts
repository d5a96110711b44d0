import {
  ENTRY_CAUSES_MAX,
  type EntryCause,
  type EntryStanding,
  entryCauseKey,
  type TimeUs,
  US_PER_MS,
} from '@algo/model';
import { type EntryBars, entryCauses } from './entry-causes.ts';
import type { ExecutionSettings } from './execution-settings.ts';

/** A change is said at most this often. *Units*: µs of told time. */
const EVERY_US = 250 * US_PER_MS;

type Causes = Pick<EntryStanding, 'causes' | 'more'>;

/**
 * What stands and since when, what of it was said last, when, and in which epoch. *Shape*: `epoch` 0 before
 * any word.
 */
export interface StandingWatchState {
  readonly now: Causes;
  readonly changedUs: TimeUs;
  readonly said: Causes;
  readonly saidUs: TimeUs;
  readonly epoch: number;
}

const NONE: Causes = { causes: [], more: 0 };
const UNSAID: StandingWatchState = { now: NONE, changedUs: 0, said: NONE, saidUs: 0, epoch: 0 };

/** Watches why entries do not pass, so that it is said when it changes and not only by denials. */
export class StandingWatch {
  readonly #bars: EntryBars;
  #state: StandingWatchState;

  constructor(
    bars: Omit<EntryBars, 'venues'> & { readonly settings: Pick<ExecutionSettings, 'instruments'> },
    state: StandingWatchState = UNSAID,
  ) {
    const venues = [...new Set(bars.settings.instruments.map(({ venue }) => venue))];
    this.#bars = { ...bars, venues };
    this.#state = state;
  }

  get state(): StandingWatchState {
    return this.#state;
  }

  /**
   * Returns what stands where it differs from what was said last, or nothing was said in this epoch; null
   * where it doesn't, where so little time has passed that it is said later, and before any epoch or any time
   * of a feed. What is said later carries the time at which it was due, however seldom time is told.
   */
  news(): EntryStanding | null {
    const { settings, gate, times } = this.#bars;
    const { epoch } = gate.state;
    const nowUs = times.newestUs();
    if (epoch === 0 || nowUs === 0) return null;
    const before = this.#state;
    const now = this.#standing(nowUs);
    const hasChanged = !isSame(before.now, now);
    const changedUs = hasChanged ? nowUs : before.changedUs;
    if (hasChanged) this.#state = { ...before, now, changedUs };
    const isBegun = before.epoch === epoch;
    const timeUs = isBegun ? Math.max(changedUs, before.saidUs + EVERY_US) : nowUs;
    if ((isBegun && isSame(before.said, now)) || timeUs > nowUs) return null;
    this.#state = { now, changedUs, said: now, saidUs: timeUs, epoch };
    return { account: settings.account, ...now, timeUs };
  }

  /**
   * When what stands may change by time alone, or is to be said, as a venue's feed has told its time. A guard
   * that is owed the feed's time speaks before this is looked at, so its silence is none.
   */
  dueUs(venue: string): TimeUs {
    const { times, gate, rejects } = this.#bars;
    const { now, said, changedUs, saidUs } = this.#state;
    const { toldUs } = times.of(venue);
    let dueUs = isSame(said, now) ? Infinity : Math.max(changedUs, saidUs + EVERY_US);
    const { shutUntilUs, pausedUntilUs } = rejects.state;
    for (const edgeUs of [gate.state.validUntilUs ?? Infinity, shutUntilUs, pausedUntilUs])
      if (edgeUs >= toldUs && edgeUs < dueUs) dueUs = edgeUs;
    return dueUs;
  }

  /** What stands now; what stood before keeps when it began. */
  #standing(nowUs: TimeUs): Causes {
    const found = entryCauses(this.#bars);
    const before = this.#state.now;
    if (found.length === 0) return before.causes.length === 0 ? before : NONE;
    const began = new Map(before.causes.map((cause) => [entryCauseKey(cause), cause.sinceUs]));
    const causes = found
      .slice(0, ENTRY_CAUSES_MAX)
      .map((cause) => ({ ...cause, sinceUs: cause.sinceUs ?? began.get(entryCauseKey(cause)) ?? nowUs }));
    return { causes, more: found.length - causes.length };
  }
}

function isSame(a: Causes, b: Causes): boolean {
  if (a === b) return true;
  if (a.more !== b.more || a.causes.length !== b.causes.length) return false;
  return a.causes.every((cause, i) => isSameCause(cause, b.causes[i]!));
}

function isSameCause(a: EntryCause, b: EntryCause): boolean {
  return (
    entryCauseKey(a) === entryCauseKey(b) &&
    a.sinceUs === b.sinceUs &&
    a.untilUs === b.untilUs &&
    a.lift === b.lift &&
    a.detail === b.detail
  );
}
