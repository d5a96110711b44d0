import { type EntryStanding, type EventId, InputError } from '@algo/model';
import { EntryWatch, type EntryWatchState } from './entry-watch.ts';
import { digestOf, type Mail, mailOf } from './mail.ts';
import type { Notice, Priority } from './notice.ts';

/** How mails are gathered. *Units*: ms of whatever clock the caller hands in. */
export interface MailDeskSettings {
  /** Signals are told together, this long after the first of them. */
  readonly digestMs: number;
  /** Mails that may go out singly within one window; what comes beyond is told in one mail at its end. */
  readonly burst: number;
  readonly windowMs: number;
}

/** The house values: signals each 15 minutes, five single mails a minute for each lane. */
export const MAIL_DESK_DEFAULTS: MailDeskSettings = { digestMs: 900_000, burst: 5, windowMs: 60_000 };

/** The one layout of a desk's snapshot that this build reads and writes. */
export const MAIL_DESK_SNAPSHOT_VERSION = 2;

/** The desk as it is stored, plain JSON. */
export interface MailDeskSnapshot {
  readonly version: number;
  readonly seen: readonly EventId[];
  readonly lanes: Readonly<Record<LaneName, Lane>>;
  readonly entries: EntryWatchState;
}

/** Signals, urgent things and the rest have a lane each, so that a storm in one never delays another. */
type LaneName = 'signals' | 'urgent' | 'other';

/**
 * `opensMs`: when the window began, null while the lane
 * is quiet. `waiting` goes out in one mail when it ends.
 */
interface Lane {
  opensMs: number | null;
  sent: number;
  waiting: Notice[];
  dropped: number;
}

const LANES = ['urgent', 'other', 'signals'] as const satisfies readonly LaneName[];
/** Event ids remembered to recognise one that comes again. */
const SEEN_MAX = 8_192;
/** Notices listed in one mail; what a storm brings beyond that is counted. */
const WAITING_MAX = 100;

/**
 * Turns notices into mails: each fact once, signals gathered, a storm told in one mail. The clock is an
 * argument.
 */
export class MailDesk {
  readonly #settings: MailDeskSettings;
  readonly #seen: Set<EventId>;
  readonly #lanes: Record<LaneName, Lane>;
  #entries = new EntryWatch();

  constructor(settings: MailDeskSettings) {
    const { digestMs, burst, windowMs } = settings;
    for (const [field, value, least] of [
      ['digest_ms', digestMs, 0],
      ['burst', burst, 1],
      ['window_ms', windowMs, 1],
    ] as const)
      if (!(value >= least))
        throw new InputError({
          field,
          value,
          because: `below ${least}`,
          remedy: `Give at least ${least}.`,
        });
    this.#settings = settings;
    this.#seen = new Set();
    this.#lanes = { signals: quiet(), urgent: quiet(), other: quiet() };
  }

  /** Returns a desk that goes on where the snapshot was taken. *Errors*: InputError on another version. */
  static restore(settings: MailDeskSettings, stored: MailDeskSnapshot): MailDesk {
    if (stored.version !== MAIL_DESK_SNAPSHOT_VERSION)
      throw new InputError({
        field: 'snapshot.version',
        value: stored.version,
        because: `not ${MAIL_DESK_SNAPSHOT_VERSION}`,
        remedy: 'Start without it; facts told in the meantime may be told once more.',
      });
    const desk = new MailDesk(settings);
    for (const id of stored.seen) desk.#seen.add(id);
    desk.#entries = new EntryWatch(stored.entries);
    for (const name of LANES) {
      const lane = stored.lanes[name];
      desk.#lanes[name] = { ...lane, waiting: [...lane.waiting] };
    }
    return desk;
  }

  /** Takes a notice and returns the mails that are due by now, its own among them unless it has to wait. */
  take(notice: Notice, nowMs: number): Mail[] {
    return [...this.flush(nowMs), ...this.#admit(notice, nowMs)];
  }

  /** Hears why entries do not pass, and returns the mails that are due by now. */
  hear(id: EventId, standing: EntryStanding, nowMs: number): Mail[] {
    if (!this.#seen.has(id)) this.#entries.hear(id, standing, nowMs);
    this.#remember(id);
    return this.flush(nowMs);
  }

  #admit(notice: Notice, nowMs: number): Mail[] {
    if (this.#seen.has(notice.id)) return [];
    this.#remember(notice.id);
    const name = laneOf(notice);
    const lane = this.#lanes[name];
    lane.opensMs ??= nowMs;
    if (name !== 'signals' && lane.sent < this.#settings.burst) {
      lane.sent++;
      return [mailOf(notice)];
    }
    if (lane.waiting.length < WAITING_MAX) lane.waiting.push(notice);
    else lane.dropped++;
    // A gathering time of nothing means: tell at once.
    return this.#flushLanes(nowMs);
  }

  /** Returns the gathered mails whose time has come. To be called when `dueMs` is reached. */
  flush(nowMs: number): Mail[] {
    const mails = this.#flushLanes(nowMs);
    return [...mails, ...this.#entries.flush(nowMs).flatMap((notice) => this.#admit(notice, nowMs))];
  }

  #flushLanes(nowMs: number): Mail[] {
    const mails: Mail[] = [];
    for (const name of LANES) {
      const lane = this.#lanes[name];
      if (lane.opensMs === null || nowMs < lane.opensMs + this.#spanMs(name)) continue;
      if (lane.waiting.length > 0) mails.push(gathered(name, lane));
      // The mail just written is the first of the next window:
      // a storm that goes on stays at one mail a window.
      const stormy = name !== 'signals' && lane.waiting.length > 0;
      this.#lanes[name] = stormy ? { ...quiet(), opensMs: nowMs, sent: this.#settings.burst } : quiet();
    }
    return mails;
  }

  /** When `flush` next has something to do; null while nothing waits. */
  get dueMs(): number | null {
    let due = this.#entries.dueMs;
    for (const name of LANES) {
      const { opensMs, waiting } = this.#lanes[name];
      if (opensMs === null || waiting.length === 0) continue;
      due = Math.min(due ?? Infinity, opensMs + this.#spanMs(name));
    }
    return due;
  }

  /** True while there is something that a next life must know, beside the ids of what it was told. */
  get isPending(): boolean {
    return this.dueMs !== null || this.#entries.state().length > 0;
  }

  snapshot(): MailDeskSnapshot {
    const copy = (lane: Lane): Lane => ({ ...lane, waiting: [...lane.waiting] });
    const { signals, urgent, other } = this.#lanes;
    return {
      version: MAIL_DESK_SNAPSHOT_VERSION,
      seen: [...this.#seen],
      lanes: { signals: copy(signals), urgent: copy(urgent), other: copy(other) },
      entries: this.#entries.state(),
    };
  }

  #spanMs(name: LaneName): number {
    return name === 'signals' ? this.#settings.digestMs : this.#settings.windowMs;
  }

  #remember(id: EventId): void {
    if (this.#seen.size >= SEEN_MAX)
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    this.#seen.add(id);
  }
}

function quiet(): Lane {
  return { opensMs: null, sent: 0, waiting: [], dropped: 0 };
}

function laneOf(notice: Notice): LaneName {
  if (notice.kind === 'signal') return 'signals';
  return notice.priority === ('critical' satisfies Priority) ? 'urgent' : 'other';
}

function gathered(name: LaneName, { waiting, dropped }: Lane): Mail {
  if (waiting.length === 1 && dropped === 0) return mailOf(waiting[0]!);
  const count = waiting.length + dropped;
  return digestOf(
    waiting,
    dropped,
    name === 'signals' ? `${count} signals` : `${count} notifications at once`,
  );
}
