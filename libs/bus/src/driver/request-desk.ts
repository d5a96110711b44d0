import type { Requests, RequestTerms, Ticket } from '../drive-plan.ts';
import type { OwnInput } from '../machine.ts';

/**
 * Requests of one priority that are carried out at one time: what nobody answers holds up none that
 * matters more.
 */
const UNDER_WAY_MAX = 32;
/** With so many that wait, the machine takes nothing more until some are done. */
const WAITING_MAX = 10_000;

/** A request that has not come to its end, as a snapshot keeps it. */
export interface OpenRequest<Request> {
  readonly number: number;
  readonly request: Request;
  /** It may be outside already. */
  readonly hasLeft: boolean;
  /** Its intent is in the log. */
  readonly isIntended: boolean;
}

export interface RequestDeskParts<Request, Own extends OwnInput> {
  readonly requests: Requests<Request, Own>;
  /** Each writes a record and calls back when it is on disk. */
  readonly intend: (request: OpenRequest<Request>, key: string, done: () => void) => void;
  readonly leave: (number: number, done: () => void) => void;
  /** The order of all inputs up to now. */
  readonly anchor: (done: () => void) => void;
  readonly end: (number: number, dropped: number | null, outcomes: readonly Own[], done: () => void) => void;
  /** Told that there may be something to carry out; answers with `run` when the machine takes nothing. */
  readonly onReady: () => void;
  readonly onFailure: (error: Error) => void;
}

/**
 * How far a request has come: it waits for its turn; it is being carried out; it goes to the disk that it
 * leaves, behind its intent; it left; what came of it goes to the disk; it is over, or was given up before it
 * left.
 */
type Stage = 'waiting' | 'under way' | 'leaving' | 'left' | 'ending' | 'over' | 'withdrawn';

interface Task<Request> {
  readonly number: number;
  readonly request: Request;
  readonly terms: RequestTerms;
  readonly past: 'never sent' | 'may have left';
  hasLeft: boolean;
  isIntended: boolean;
  /** What led to it is on disk, where that must be so before it goes. */
  isAnchored: boolean;
  stage: Stage;
}

/** What is of one priority. *Shape*: `tasks` are first of their keys and wait for their turn. */
interface Level<Request> {
  readonly priority: number;
  readonly tasks: Task<Request>[];
  underWay: number;
}

/**
 * Has requests carried out beside the machine: those of one key in their order, a higher priority first, so
 * many of each at a time. What must be known in the next life is on disk before the next thing happens.
 */
export class RequestDesk<Request, Own extends OwnInput> {
  readonly #parts: RequestDeskParts<Request, Own>;
  /** Everything that has not come to its end, by number. */
  readonly #open = new Map<number, Task<Request>>();
  /** What waits or is under way, by key, in order; the first of each key may go. */
  readonly #byKey = new Map<string, Task<Request>[]>();
  /** By priority, highest first. */
  readonly #levels: Level<Request>[] = [];
  #running = false;
  #stopped = false;
  /** True once only what a snapshot rests on is carried out. */
  #draining = false;

  constructor(parts: RequestDeskParts<Request, Own>) {
    this.#parts = parts;
  }

  /** What a next life must know of; those whose end is on disk but not taken yet are among them. */
  get open(): readonly OpenRequest<Request>[] {
    const kept = [...this.#open.values()].filter(({ terms }) => terms.effect !== 'before snapshot');
    return kept.map(({ number, request, hasLeft, isIntended }) => ({
      ...{ number, request, hasLeft, isIntended },
    }));
  }

  /** Whether so many wait that no more should be made. */
  get isFull(): boolean {
    return this.#open.size > WAITING_MAX;
  }

  /** How many have not come to their end. */
  get size(): number {
    return this.#open.size;
  }

  /** Number of the first request that a snapshot must wait for; Infinity when there is none. */
  get firstUnkept(): number {
    for (const { number, terms } of this.#open.values())
      if (terms.effect === 'before snapshot') return number;
    return Number.POSITIVE_INFINITY;
  }

  /** Takes a request on; it is carried out by `run` at the earliest. */
  add({ number, request, hasLeft, isIntended }: OpenRequest<Request>): void {
    const terms = this.#parts.requests.terms(request);
    const past = hasLeft ? 'may have left' : 'never sent';
    const isAnchored = terms.effect !== 'again';
    const about = { number, request, terms, past, hasLeft, isIntended, isAnchored } as const;
    const task: Task<Request> = { ...about, stage: 'waiting' };
    this.#open.set(number, task);
    const queue = this.#byKey.get(terms.key) ?? [];
    const earlier = terms.withdraws ? queue.findLast(isWithdrawable) : undefined;
    if (earlier !== undefined) {
      this.#withdraw(earlier, task);
      return;
    }
    this.#byKey.set(terms.key, queue);
    queue.push(task);
    if (terms.effect === 'once' && !isIntended) this.#intend(task);
    if (isAnchored) this.#offer(task);
    else
      this.#parts.anchor(() => {
        task.isAnchored = true;
        this.#offer(task);
        this.#parts.onReady();
      });
  }

  /** Carries out what may go. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    for (;;) {
      const task = this.#stopped ? undefined : this.#nextReady();
      if (task === undefined) break;
      task.stage = 'under way';
      this.#parts.requests.carryOut(task.request, this.#ticketOf(task));
    }
    this.#running = false;
  }

  /** Notes that the machine was told what came of a request. */
  ended(number: number): void {
    this.#open.delete(number);
  }

  /** Carries out nothing more but what a snapshot rests on. */
  drain(): void {
    this.#draining = true;
  }

  /** Carries out nothing more, and writes nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Writes the intent down. It is not waited for: what follows of the request goes to the same log behind it,
   * so that an order that may leave at once costs one sync and not two.
   */
  #intend(task: Task<Request>): void {
    const { number, request, terms } = task;
    this.#parts.intend({ number, request, hasLeft: false, isIntended: true }, terms.key, () => {
      task.isIntended = true;
    });
  }

  /** Puts a request among those that may go, if it is the first of its key. */
  #offer(task: Task<Request>): void {
    if (task.stage !== 'waiting' || !task.isAnchored || this.#byKey.get(task.terms.key)?.[0] !== task) return;
    this.#levelOf(task).tasks.push(task);
  }

  #levelOf({ terms: { priority } }: Task<Request>): Level<Request> {
    const at = this.#levels.findIndex((level) => level.priority <= priority);
    const found = at < 0 ? undefined : this.#levels[at];
    if (found?.priority === priority) return found;
    const level = { priority, tasks: [], underWay: 0 };
    this.#levels.splice(at < 0 ? this.#levels.length : at, 0, level);
    return level;
  }

  #nextReady(): Task<Request> | undefined {
    for (const level of this.#levels) {
      const { tasks } = level;
      while (tasks.length > 0 && level.underWay < UNDER_WAY_MAX) {
        const task = tasks.shift()!;
        if (task.stage !== 'waiting' || !this.#mayGoOn(task)) continue; // it was withdrawn meanwhile
        level.underWay++;
        return task;
      }
    }
    return undefined;
  }

  #ticketOf(task: Task<Request>): Ticket<Own> {
    return {
      past: task.past,
      leave: (go) => this.#leave(task, go),
      settle: (outcomes) => this.#settle(task, outcomes),
    };
  }

  #mayGoOn({ terms }: Task<Request>): boolean {
    return !this.#stopped && (!this.#draining || terms.effect === 'before snapshot');
  }

  #leave(task: Task<Request>, go: (mayGo: boolean) => void): void {
    if (!this.#mayGoOn(task)) return;
    if (task.stage === 'withdrawn' || task.terms.effect !== 'once') {
      go(task.stage !== 'withdrawn');
      return;
    }
    if (task.past === 'may have left' || task.stage !== 'under way') {
      this.#parts.onFailure(
        new Error(
          `request ${task.number} (${task.terms.key}) may have left: ask about it, never send it again`,
        ),
      );
      return;
    }
    task.stage = 'leaving';
    this.#parts.leave(task.number, () => {
      if (this.#stopped) return;
      task.hasLeft = task.stage === 'leaving';
      if (task.hasLeft) task.stage = 'left';
      go(task.hasLeft);
    });
  }

  #settle(task: Task<Request>, outcomes: readonly Own[]): void {
    // What was withdrawn has its outcome; a second end of the same request is none.
    if (
      !this.#mayGoOn(task) ||
      task.stage === 'withdrawn' ||
      task.stage === 'ending' ||
      task.stage === 'over'
    )
      return;
    task.stage = 'ending';
    const isOver = () => {
      task.stage = 'over';
      this.#levelOf(task).underWay--;
      this.#next(task);
    };
    if (task.terms.effect !== 'once' && outcomes.length === 0) {
      this.#open.delete(task.number);
      isOver();
    } else this.#parts.end(task.number, null, outcomes, isOver);
  }

  #withdraw(task: Task<Request>, by: Task<Request>): void {
    const wasUnderWay = task.stage === 'under way' || task.stage === 'leaving';
    task.stage = 'withdrawn';
    by.stage = 'withdrawn';
    this.#parts.end(task.number, by.number, this.#parts.requests.withdrawn(task.request), () => {
      if (wasUnderWay) this.#levelOf(task).underWay--;
      this.#next(task);
    });
  }

  /** Lets the next of the same key go. */
  #next(task: Task<Request>): void {
    const queue = this.#byKey.get(task.terms.key)!;
    queue.splice(queue.indexOf(task), 1);
    const next = queue[0];
    if (next === undefined) this.#byKey.delete(task.terms.key);
    else this.#offer(next);
    this.#parts.onReady();
  }
}

/** Whether it is certain that a request has not left, and nothing has come of it. */
function isWithdrawable({ past, stage, terms }: Task<unknown>): boolean {
  if (past === 'may have left' || terms.effect !== 'once' || terms.withdraws) return false;
  return stage === 'waiting' || stage === 'under way' || stage === 'leaving';
}
