import { hashId, InputError } from '@algo/model';
import type { Mail } from './mail.ts';
import { PRIORITIES } from './notice.ts';

/**
 * What came of handing a mail to a provider. *Units*: `afterMs`
 * how long it asked us to wait, null when it didn't say.
 */
export type SendOutcome =
  | { readonly type: 'sent' }
  | { readonly type: 'retry'; readonly reason: string; readonly afterMs: number | null }
  | { readonly type: 'dead'; readonly reason: string };

/** What happened to a mail, as it is written down. Replaying all of them in order gives the outbox again. */
export type OutboxRecord =
  | { readonly type: 'added'; readonly mail: Mail; readonly atMs: number }
  | { readonly type: 'sending'; readonly id: string; readonly atMs: number }
  | { readonly type: 'sent'; readonly id: string }
  | { readonly type: 'retry'; readonly id: string; readonly reason: string; readonly dueMs: number }
  | { readonly type: 'dead'; readonly id: string; readonly reason: string };

/**
 * A mail on its way. `attempts` counts those begun, `reason` is
 * the last failure's. *Units*: `dueMs` ms of the caller's clock.
 */
export type OutboxEntry = {
  readonly mail: Mail;
  readonly addedMs: number;
  readonly attempts: number;
  readonly reason: string;
} & ({ readonly status: 'pending' | 'retry'; readonly dueMs: number } | { readonly status: 'sending' });

/** How stubborn the outbox is. *Units*: ms. */
export interface OutboxSettings {
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  readonly attemptsMax: number;
  readonly entriesMax: number;
  /** Spreads the retries of different machines; the same seed gives the same times. */
  readonly seed: string;
}

/** 1 s, doubling up to 5 min; 30 attempts last about two hours. */
export const OUTBOX_DEFAULTS: Omit<OutboxSettings, 'seed'> = {
  retryFirstMs: 1_000,
  retryMaxMs: 300_000,
  attemptsMax: 30,
  entriesMax: 1_000,
};

/** Ids of finished mails remembered, so that one queued again is recognised. */
const FINISHED_MAX = 8_192;

/**
 * The life of each mail: pending → sending → sent, or retry with backoff, or dead. Every change is a record
 * first: `decide` methods return records and change nothing, `apply` changes and decides nothing.
 */
export class Outbox {
  readonly #settings: OutboxSettings;
  readonly #entries = new Map<string, OutboxEntry>();
  readonly #finished = new Map<string, 'sent' | 'dead'>();

  constructor(settings: OutboxSettings) {
    for (const field of ['retryFirstMs', 'retryMaxMs', 'attemptsMax', 'entriesMax'] as const)
      if (!(settings[field] >= 1))
        throw new InputError({
          field,
          value: settings[field],
          because: 'below 1',
          remedy: 'Give at least 1.',
        });
    this.#settings = settings;
  }

  /**
   * Returns the records that take a mail in: none when it is
   * known; the least urgent one makes room when it is full.
   */
  add(mail: Mail, nowMs: number): OutboxRecord[] {
    if (this.#entries.has(mail.id) || this.#finished.has(mail.id)) return [];
    const added: OutboxRecord = { type: 'added', mail, atMs: nowMs };
    if (this.#entries.size < this.#settings.entriesMax) return [added];
    const waiting = [...this.#entries.values()].filter(({ status }) => status !== 'sending');
    const least = waiting.reduce<OutboxEntry | null>(
      (a, b) => (a === null || rank(b.mail) > rank(a.mail) ? b : a),
      null,
    );
    const reason = `the outbox holds ${this.#settings.entriesMax} mails already`;
    const isLeast = least === null || rank(mail) > rank(least.mail);
    if (isLeast) return [added, { type: 'dead', id: mail.id, reason }];
    return [{ type: 'dead', id: least.mail.id, reason }, added];
  }

  /** Returns the mail to send now, the most urgent first and then the oldest; null when none is due. */
  next(nowMs: number): OutboxEntry | null {
    let best: OutboxEntry | null = null;
    for (const entry of this.#entries.values()) {
      if (entry.status === 'sending' || entry.dueMs > nowMs) continue;
      if (best === null || rank(entry.mail) < rank(best.mail)) best = entry;
    }
    return best;
  }

  /**
   * Returns the record that says what came of an attempt; the last attempt's failure is the end of the mail.
   */
  settle(id: string, outcome: SendOutcome, nowMs: number): OutboxRecord {
    const entry = this.#entries.get(id);
    if (entry?.status !== 'sending')
      throw new InputError({
        field: 'mail id',
        value: id,
        because: 'not being sent',
        remedy: 'Settle each attempt once, after it was begun.',
      });
    switch (outcome.type) {
      case 'sent':
        return { type: 'sent', id };
      case 'dead':
        return { type: 'dead', id, reason: outcome.reason };
      case 'retry':
        return this.#retry(entry, outcome.reason, outcome.afterMs ?? 0, nowMs);
      default:
        return outcome satisfies never;
    }
  }

  /**
   * Returns records for attempts that a crash cut off:
   * whether they arrived isn't known, so they are made again.
   */
  recover(nowMs: number): OutboxRecord[] {
    return [...this.#entries.values()]
      .filter(({ status }) => status === 'sending')
      .map((entry) => this.#retry(entry, 'interrupted', 0, nowMs));
  }

  /** Takes a record into the state. Records of mails that are finished or unknown are passed over. */
  apply(record: OutboxRecord): void {
    if (record.type === 'added') {
      const { mail, atMs } = record;
      if (this.#entries.has(mail.id) || this.#finished.has(mail.id)) return;
      const fresh = { mail, addedMs: atMs, attempts: 0, reason: '', status: 'pending', dueMs: atMs } as const;
      this.#entries.set(mail.id, fresh);
      return;
    }
    const entry = this.#entries.get(record.id);
    if (record.type === 'sent' || record.type === 'dead') {
      this.#entries.delete(record.id);
      this.#finish(record.id, record.type);
    } else if (entry !== undefined) {
      const { mail, addedMs, attempts } = entry;
      const changed: OutboxEntry =
        record.type === 'sending'
          ? { mail, addedMs, attempts: attempts + 1, reason: '', status: 'sending' }
          : { mail, addedMs, attempts, reason: record.reason, status: 'retry', dueMs: record.dueMs };
      this.#entries.set(record.id, changed);
    }
  }

  /** Returns the fewest records that give this state again. */
  records(): OutboxRecord[] {
    const finished = [...this.#finished].map(
      ([id, type]): OutboxRecord => (type === 'sent' ? { type, id } : { type, id, reason: '' }),
    );
    return [...finished, ...[...this.#entries.values()].flatMap(recordsOf)];
  }

  /** Returns the mails on their way. */
  entries(): OutboxEntry[] {
    return [...this.#entries.values()];
  }

  /** Returns how a mail ended; undefined while it is on its way or when it was never seen. */
  endOf(id: string): 'sent' | 'dead' | undefined {
    return this.#finished.get(id);
  }

  #retry(entry: OutboxEntry, reason: string, afterMs: number, nowMs: number): OutboxRecord {
    const { retryFirstMs, retryMaxMs, attemptsMax, seed } = this.#settings;
    const { id } = entry.mail;
    if (entry.attempts >= attemptsMax)
      return { type: 'dead', id, reason: `gave up after ${entry.attempts} attempts: ${reason}` };
    const full = Math.min(retryFirstMs * 2 ** (entry.attempts - 1), retryMaxMs);
    const waitMs = Math.round(full * (0.5 + 0.5 * chance(seed, id, entry.attempts)));
    // A provider that asks for hours is held to our own longest pause, or one bad header would silence us.
    return { type: 'retry', id, reason, dueMs: nowMs + Math.max(waitMs, Math.min(afterMs, retryMaxMs)) };
  }

  #finish(id: string, end: 'sent' | 'dead'): void {
    if (this.#finished.size >= FINISHED_MAX && !this.#finished.has(id))
      for (const oldest of this.#finished.keys()) {
        this.#finished.delete(oldest);
        break;
      }
    this.#finished.set(id, end);
  }
}

function recordsOf(entry: OutboxEntry): OutboxRecord[] {
  const { mail, addedMs, attempts, reason } = entry;
  const begun = Array.from(
    { length: attempts },
    (): OutboxRecord => ({ type: 'sending', id: mail.id, atMs: addedMs }),
  );
  const last: OutboxRecord[] =
    entry.status === 'retry' ? [{ type: 'retry', id: mail.id, reason, dueMs: entry.dueMs }] : [];
  return [{ type: 'added', mail, atMs: addedMs }, ...begun, ...last];
}

function rank(mail: Mail): number {
  return PRIORITIES.indexOf(mail.priority);
}

/** Returns a number in [0, 1) that is a function of its causes. */
function chance(...causes: readonly (string | number)[]): number {
  const digits = Array.from(hashId(...causes).slice(0, 6), (c) =>
    'abcdefghijklmnopqrstuvwxyz234567'.indexOf(c),
  );
  return digits.reduce((sum, digit) => (sum + digit) / 32, 0);
}
