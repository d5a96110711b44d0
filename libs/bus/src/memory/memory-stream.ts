import type { StreamName } from '@algo/contracts';
import type { InboundMessage, OutboundMessage, StreamBounds, Subscription } from '../bus.ts';
import { FactMessage } from '../fact-message.ts';

/** So much more than it must keep piles up before the oldest go together. */
const SLACK = 1 / 8;

/** Whom a stream's messages are given to, and from which sequence on. */
export interface Delivery {
  readonly subjects: readonly string[];
  next: number;
  readonly handler: (message: InboundMessage) => void | Promise<void>;
}

/** One stream in memory, and those who follow it. */
export class MemoryStream {
  readonly #name: StreamName;
  readonly #byWire: boolean;
  readonly #runner: Runner;
  readonly #messagesMax: number;
  readonly #messages: FactMessage[] = [];
  /** How many were let go, the oldest first. */
  #gone = 0;
  readonly #followers = new Set<Follower>();

  /** Of the messages it keeps at least the last `messagesMax`, and at most an eighth more. */
  constructor(name: StreamName, byWire: boolean, runner: Runner, messagesMax: number) {
    this.#name = name;
    this.#byWire = byWire;
    this.#messagesMax = messagesMax;
    this.#runner = runner;
  }

  get bounds(): StreamBounds {
    return { first: this.#gone + 1, last: this.#gone + this.#messages.length };
  }

  /** Stores a message and gives it to whoever follows; returns its sequence. */
  store(message: OutboundMessage): number {
    const place = { stream: this.#name, sequence: this.bounds.last + 1, deliveries: 1 };
    this.#messages.push(
      this.#byWire
        ? // A copy of its own: a slice of a Buffer holds all 64 KB of Node's pool.
          FactMessage.ofBytes(message, new Uint8Array(message.data), place)
        : FactMessage.stored(message, place),
    );
    if (this.#messages.length > this.#messagesMax * (1 + SLACK))
      this.#gone += this.#messages.splice(0, this.#messages.length - this.#messagesMax).length;
    for (const follower of this.#followers) follower.wake();
    this.#runner.run();
    return place.sequence;
  }

  /** *Errors*: when it was let go before it was read. */
  at(sequence: number): FactMessage | undefined {
    if (sequence <= this.#gone)
      throw new Error(`${this.#name}: message ${sequence} was let go before it was read`);
    return this.#messages[sequence - 1 - this.#gone];
  }

  last(subject: string): FactMessage | undefined {
    return this.#messages.findLast((message) => matches([subject], message.subject));
  }

  deliver(delivery: Delivery): Subscription {
    const follower = new Follower(this, delivery, this.#runner, () => this.#followers.delete(follower));
    this.#followers.add(follower);
    follower.wake();
    this.#runner.run();
    return follower;
  }
}

/**
 * Gives out messages in turns: whoever is woken while others run has his turn behind them, in the same call.
 */
export class Runner {
  readonly #turns: Follower[] = [];
  #running = false;

  add(follower: Follower): void {
    this.#turns.push(follower);
  }

  run(): void {
    if (this.#running) return;
    this.#running = true;
    for (let i = 0; i < this.#turns.length; i++) this.#turns[i]!.turn();
    this.#turns.length = 0;
    this.#running = false;
  }
}

class Follower implements Subscription {
  readonly #stream: MemoryStream;
  readonly #delivery: Delivery;
  readonly #runner: Runner;
  readonly #forget: () => void;
  readonly #closed = Promise.withResolvers<Error | undefined>();
  readonly #wanted = new Map<string, boolean>();
  #state: 'idle' | 'woken' | 'waiting' | 'closed' = 'idle';

  constructor(stream: MemoryStream, delivery: Delivery, runner: Runner, forget: () => void) {
    this.#stream = stream;
    this.#delivery = delivery;
    this.#runner = runner;
    this.#forget = forget;
  }

  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  wake(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'woken';
    this.#runner.add(this);
  }

  /** Handles what is there, until its handler wants to wait. */
  turn(): void {
    try {
      while (this.#state === 'woken') {
        const message = this.#next();
        if (message === undefined) {
          this.#state = 'idle';
          return;
        }
        const pending = this.#delivery.handler(message);
        if (pending !== undefined) this.#waitFor(pending);
      }
    } catch (error) {
      this.#close(error as Error);
    }
  }

  #next(): FactMessage | undefined {
    const delivery = this.#delivery;
    const { last } = this.#stream.bounds;
    while (delivery.next <= last) {
      const message = this.#stream.at(delivery.next++)!;
      let wanted = this.#wanted.get(message.subject);
      if (wanted === undefined) {
        wanted = matches(delivery.subjects, message.subject);
        this.#wanted.set(message.subject, wanted);
      }
      if (wanted) return message;
    }
    return undefined;
  }

  #waitFor(pending: Promise<void>): void {
    if (this.#state === 'closed') return;
    this.#state = 'waiting';
    pending.then(
      () => {
        if (this.#state !== 'waiting') return;
        this.#state = 'idle';
        this.wake();
        this.#runner.run();
      },
      (error: unknown) => this.#close(error as Error),
    );
  }

  #close(error: Error | undefined): void {
    this.#state = 'closed';
    this.#forget();
    this.#closed.resolve(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close(undefined);
  }
}

/** Whether one of the filters takes a subject. */
export function matches(filters: readonly string[], subject: string): boolean {
  return filters.some((filter) =>
    filter.endsWith('>') ? subject.startsWith(filter.slice(0, -1)) : filter === subject,
  );
}
