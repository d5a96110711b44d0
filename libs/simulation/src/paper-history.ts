import {
  type AccountId,
  type CashMove,
  type ClientOrderId,
  type Fill,
  InputError,
  type TimeUs,
  US_PER_HOUR,
} from '@algo/model';
import type { PaperOrder } from './paper-matching.ts';
import {
  FILLS_AN_ORDER,
  FILLS_KEPT_US,
  FILLS_SLACK,
  MOVES_MAX,
  ORDER_IDS_MAX,
  ORDERS_KEPT_US,
} from './paper-settings.ts';

/** *Shape*: `fills` oldest first; `droppedUs` the time of the newest dropped one; null while none was. */
export interface FillLog {
  readonly fills: Fill[];
  droppedUs: TimeUs | null;
}

/** *Shape*: `count` of all that there ever were; `moves` the last of them, oldest first. */
export interface MoveLog {
  readonly count: number;
  readonly moves: readonly CashMove[];
}

/** Returns a copy that shares nothing that may change. */
export function copyLogs(logs: ReadonlyMap<AccountId, FillLog>): Map<AccountId, FillLog> {
  return new Map([...logs].map(([account, log]) => [account, { ...log, fills: [...log.fills] }]));
}

/** The client order ids of an account, by when it took them, oldest first. */
export type SpentIds = ReadonlyMap<ClientOrderId, TimeUs>;

/**
 * What is over: ended orders, fills, and the client order ids that each account took last. Each is kept for a
 * time, as exchanges do it; at most `history` of the settings, and the constants beside it, whatever comes.
 */
export class PaperHistory {
  readonly ended = new Map<string, PaperOrder>();
  readonly logs = new Map<AccountId, FillLog>();
  readonly #moves = new Map<AccountId, MoveLog>();
  readonly #ids = new Map<AccountId, Map<ClientOrderId, TimeUs>>();
  readonly #endedMax: number;
  readonly #fillsMax: number;

  constructor(history: number) {
    this.#endedMax = history;
    this.#fillsMax = history * FILLS_AN_ORDER;
  }

  end(key: string, order: PaperOrder): void {
    this.ended.set(key, order);
    if (this.ended.size > this.#endedMax) dropWhile(this.ended, () => this.ended.size > this.#endedMax);
  }

  /** Takes note of an id; the account's oldest is forgotten for it. */
  spend(account: AccountId, id: ClientOrderId, timeUs: TimeUs): void {
    const ids = this.#ids.get(account) ?? new Map<ClientOrderId, TimeUs>();
    this.#ids.set(account, ids.set(id, timeUs));
    if (ids.size > ORDER_IDS_MAX) dropWhile(ids, () => ids.size > ORDER_IDS_MAX);
  }

  /** Forgets what has been over for so long that nobody asks about it; returns whether fills were among. */
  forget(nowUs: TimeUs): boolean {
    dropWhile(this.ended, ({ endedUs }) => endedUs < nowUs - ORDERS_KEPT_US);
    for (const ids of this.#ids.values()) dropWhile(ids, (takenUs) => takenUs < nowUs - FILLS_KEPT_US);
    let hasDropped = false;
    for (const log of this.logs.values()) {
      // Whoever compares books asks for what was filled about the newest fill, however long ago that is.
      const fromUs = Math.min(nowUs, log.fills.at(-1)?.timeUs ?? nowUs) - FILLS_KEPT_US;
      // The array moves as a whole, so not for each fill.
      if ((log.fills[0]?.timeUs ?? nowUs) >= fromUs - US_PER_HOUR) continue;
      dropFills(
        log,
        log.fills.findIndex(({ timeUs }) => timeUs >= fromUs),
      );
      hasDropped = true;
    }
    return hasDropped;
  }

  isSpent(account: AccountId, id: ClientOrderId): boolean {
    return this.#ids.get(account)?.has(id) ?? false;
  }

  ids(): Map<AccountId, SpentIds> {
    return new Map([...this.#ids].map(([account, ids]) => [account, new Map(ids)]));
  }

  add(fill: Fill): void {
    const log = this.log(fill.account);
    log.fills.splice(log.fills.findLastIndex(({ timeUs }) => timeUs <= fill.timeUs) + 1, 0, fill);
    if (log.fills.length > this.#fillsMax + FILLS_SLACK) dropFills(log, log.fills.length - this.#fillsMax);
  }

  /**
   * Returns the fills at or after a time, oldest first. *Errors*: InputError when some of them were dropped.
   */
  since(account: AccountId, sinceUs: TimeUs): Fill[] {
    const log = this.logs.get(account);
    if (log === undefined) return [];
    if (log.droppedUs !== null && sinceUs <= log.droppedUs)
      throw new InputError({
        field: 'sinceUs',
        value: sinceUs,
        because: `fills up to ${log.droppedUs} are no longer kept, so the answer would not be complete`,
        remedy: `Ask for a later time; the last ${this.#fillsMax} fills of three days are kept.`,
      });
    let low = 0;
    let high = log.fills.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (log.fills[middle]!.timeUs < sinceUs) low = middle + 1;
      else high = middle;
    }
    return log.fills.slice(low);
  }

  /** Takes note of cash that moved; the account's oldest is forgotten for it. */
  move(move: CashMove): void {
    const { count, moves } = this.movesOf(move.account);
    this.#moves.set(move.account, { count: count + 1, moves: [...moves, move].slice(-MOVES_MAX) });
  }

  movesOf(account: AccountId): MoveLog {
    return this.#moves.get(account) ?? { count: 0, moves: [] };
  }

  /**
   * Returns what moved at or after a time, oldest first. *Errors*: InputError when some of it is forgotten.
   */
  movesSince(account: AccountId, sinceUs: TimeUs): CashMove[] {
    const { count, moves } = this.movesOf(account);
    const [oldest] = moves;
    if (oldest !== undefined && count > moves.length && sinceUs <= oldest.timeUs)
      throw new InputError({
        field: 'sinceUs',
        value: sinceUs,
        because: `what moved before ${oldest.timeUs} is no longer kept, so the answer would not be complete`,
        remedy: `Ask for a later time; the last ${MOVES_MAX} movements are kept.`,
      });
    return moves.filter(({ timeUs }) => timeUs >= sinceUs);
  }

  moves(): Map<AccountId, MoveLog> {
    return new Map(this.#moves);
  }

  restoreMoves(moves: ReadonlyMap<AccountId, MoveLog>): void {
    for (const [account, log] of moves) this.#moves.set(account, log);
  }

  private log(account: AccountId): FillLog {
    let log = this.logs.get(account);
    if (log === undefined) {
      log = { fills: [], droppedUs: null };
      this.logs.set(account, log);
    }
    return log;
  }
}

/** Drops the oldest entries for as long as they are to go. */
function dropWhile<Key, Value>(entries: Map<Key, Value>, isOver: (value: Value) => boolean): void {
  for (const [key, value] of entries) {
    if (!isOver(value)) return;
    entries.delete(key);
  }
}

function dropFills(log: FillLog, count: number): void {
  for (const { timeUs } of log.fills.splice(0, count))
    log.droppedUs = Math.max(log.droppedUs ?? timeUs, timeUs);
}
