import { membersOf, type ShardPlan } from '@algo/model';

/** Whoever was not heard for longer is not there now: it speaks twice a second. */
const SILENCE_MS = 3_000;
/** Newcomers are planned together: when all have been there for this share of what an absence may be. */
const SETTLE_SHARE = 1 / 6;

interface Heard {
  readonly lastMs: number;
  /** Since when it has been there and ready without a break; undefined while it isn't ready. */
  readonly sinceMs: number | undefined;
}

/** Who is to share the shards, and who of those that are there is about to be taken away. */
export interface Sharing {
  readonly members: readonly number[];
  readonly most: number | null;
}

/**
 * Makes the plan of shards follow the processes that are there, as one of them hears it. A process that is
 * away for less than an absence may be keeps its shards: it is being started again. Of those that are there
 * the one with the lowest ordinal judges, and only while it hears itself: otherwise it is deaf, and all could
 * be there. *Units*: ms of a clock that only goes on.
 */
export class RollCall {
  readonly #self: number;
  readonly #absenceMaxMs: number;
  readonly #heard = new Map<number, Heard>();
  /** Since when it hears everybody. */
  #sinceMs = 0;

  constructor(self: number, absenceMaxMs: number) {
    this.#self = self;
    this.#absenceMaxMs = absenceMaxMs;
  }

  /** Hears a process say how it is. */
  hear(ordinal: number, isReady: boolean, nowMs: number): void {
    if (ordinal === this.#self && !this.#isThere(ordinal, nowMs)) {
      this.#heard.clear();
      this.#sinceMs = nowMs;
    }
    const before = this.#isThere(ordinal, nowMs) ? this.#heard.get(ordinal)?.sinceMs : undefined;
    this.#heard.set(ordinal, { lastMs: nowMs, sinceMs: isReady ? (before ?? nowMs) : undefined });
  }

  /** Returns who is to share by now; undefined where that is not for this process to judge. */
  judge(plan: ShardPlan, nowMs: number): Sharing | undefined {
    const there = [...this.#heard.keys()].filter((ordinal) => this.#isThere(ordinal, nowMs));
    if (!there.includes(this.#self) || Math.min(...there) !== this.#self) return undefined;
    const { most: told } = plan;
    const most = told !== null && there.some((ordinal) => ordinal >= told) ? told : null;
    const before = membersOf(plan);
    const stays = before.filter((ordinal) => this.#absenceMs(ordinal, nowMs) < this.#absenceMaxMs);
    const comes = there
      .filter((ordinal) => !before.includes(ordinal) && ordinal < (most ?? Number.POSITIVE_INFINITY))
      .map((ordinal) => ({ ordinal, sinceMs: this.#heard.get(ordinal)?.sinceMs }))
      .flatMap(({ ordinal, sinceMs }) => (sinceMs === undefined ? [] : { ordinal, forMs: nowMs - sinceMs }));
    const settled = comes.filter(({ forMs }) => forMs >= this.#absenceMaxMs * SETTLE_SHARE);
    // One that comes and goes again and again holds the others up for so long at most.
    const isTime =
      settled.length === comes.length || settled.some(({ forMs }) => forMs >= this.#absenceMaxMs);
    const members = [...stays, ...(isTime ? settled.map(({ ordinal }) => ordinal) : [])];
    return members.length === 0 ? undefined : { members: members.toSorted((a, b) => a - b), most };
  }

  #isThere(ordinal: number, nowMs: number): boolean {
    const heard = this.#heard.get(ordinal);
    return heard !== undefined && nowMs - heard.lastMs <= SILENCE_MS;
  }

  #absenceMs(ordinal: number, nowMs: number): number {
    return nowMs - (this.#heard.get(ordinal)?.lastMs ?? this.#sinceMs);
  }
}
