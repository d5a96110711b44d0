import type { Bus, FollowOptions, InboundMessage, Subscription } from '../bus.ts';
import { type InputSource, OWN } from '../input-order.ts';
import type { OwnRecord } from './own-records.ts';

/** An input record of the process's own log, as one more message. */
export interface OwnArrival {
  readonly stream: typeof OWN;
  readonly sequence: number;
  readonly record: OwnRecord & { readonly kind: 'input' };
}

export type Arrival = InboundMessage | OwnArrival;

/** Messages of one stream that wait to be taken, before its follower is made to wait: bounds the memory. */
const WAITING_MAX = 2_048;

interface Waiting {
  /** What was given out leaves its place empty, so that nothing taken is held until the list is cut. */
  readonly arrivals: (Arrival | undefined)[];
  /** The first that was not given out. */
  head: number;
  /** How many of its turns were used already, because it was asked for by name. */
  ahead: number;
  wake: (() => void) | undefined;
}

/** What has arrived and waits to be taken: first come, or from the stream that is asked for. */
export class Inbox {
  readonly #onArrival: () => void;
  readonly #onEnd: (error: Error) => void;
  readonly #bySource = new Map<InputSource, Waiting>();
  readonly #subscriptions: Subscription[] = [];
  /** The sources in the order in which their messages arrived. */
  #turns: Waiting[] = [];
  #turn = 0;
  #size = 0;

  constructor(onArrival: () => void, onEnd: (error: Error) => void) {
    this.#onArrival = onArrival;
    this.#onEnd = onEnd;
    this.#open(OWN);
  }

  get size(): number {
    return this.#size;
  }

  reads(source: InputSource): boolean {
    return this.#bySource.has(source);
  }

  async follow(bus: Bus, options: FollowOptions): Promise<void> {
    const waiting = this.#open(options.stream);
    const subscription = await bus.follow(options, (message) => {
      this.#put(waiting, message);
      if (waiting.arrivals.length - waiting.head < WAITING_MAX) return undefined;
      return new Promise<void>((wake) => {
        waiting.wake = wake;
      });
    });
    void subscription.closed.then((error) => error !== undefined && this.#onEnd(error));
    this.#subscriptions.push(subscription);
  }

  /**
   * Puts a record of the own log behind those before it. What bounds these is the desk that asks for them.
   */
  putOwn(arrival: OwnArrival): void {
    this.#put(this.#bySource.get(OWN)!, arrival);
  }

  /** Gives out what came first. */
  next(): Arrival | undefined {
    while (this.#turn < this.#turns.length) {
      const waiting = this.#turns[this.#turn++]!;
      if (this.#turn === this.#turns.length || this.#turn >= WAITING_MAX) {
        this.#turns = this.#turns.slice(this.#turn);
        this.#turn = 0;
      }
      if (waiting.ahead === 0) return this.#take(waiting);
      waiting.ahead--;
    }
    return undefined;
  }

  /** Gives out what came first of one stream. */
  nextOf(source: InputSource): Arrival | undefined {
    const waiting = this.#bySource.get(source)!;
    if (waiting.head === waiting.arrivals.length) return undefined;
    waiting.ahead++;
    return this.#take(waiting);
  }

  /** Stops following. */
  async close(): Promise<void> {
    for (const { wake } of this.#bySource.values()) wake?.();
    await Promise.all(this.#subscriptions.map((subscription) => subscription[Symbol.asyncDispose]()));
  }

  #open(source: InputSource): Waiting {
    const waiting: Waiting = { arrivals: [], head: 0, ahead: 0, wake: undefined };
    this.#bySource.set(source, waiting);
    return waiting;
  }

  #put(waiting: Waiting, arrival: Arrival): void {
    waiting.arrivals.push(arrival);
    this.#turns.push(waiting);
    this.#size++;
    this.#onArrival();
  }

  #take(waiting: Waiting): Arrival {
    const arrival = waiting.arrivals[waiting.head]!;
    waiting.arrivals[waiting.head++] = undefined;
    this.#size--;
    const left = waiting.arrivals.length - waiting.head;
    if (left === 0 || waiting.head >= WAITING_MAX) {
      waiting.arrivals.splice(0, waiting.head);
      waiting.head = 0;
    }
    if (left < WAITING_MAX / 2 && waiting.wake !== undefined) {
      const { wake } = waiting;
      waiting.wake = undefined;
      wake();
    }
    return arrival;
  }
}
