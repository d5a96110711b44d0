import { Worker } from 'node:worker_threads';
import type { StoreAnswer, StoreRequest, WorkerSettings } from './store-messages.ts';

interface Waiter {
  readonly resolve: (answer: StoreAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The store's worker thread as a function from request to answer; answers come in the order of the requests.
 */
export class WorkerLink {
  readonly #worker: Worker;
  /** Bounded by its caller: one write, one close, and an open for each instrument. */
  readonly #waiters: Waiter[] = [];
  #dead: Error | null = null;

  constructor(settings: WorkerSettings) {
    this.#worker = new Worker(new URL('./store-worker.ts', import.meta.url), {
      name: 'tick-store',
      workerData: settings,
    });
    this.#worker.on('message', (answer: StoreAnswer) => this.#waiters.shift()?.resolve(answer));
    this.#worker.on('error', (cause) => this.#die(new Error('the tick store thread failed', { cause })));
    this.#worker.on('exit', () => this.#die(new Error('the tick store is closed')));
  }

  /** Why no more requests are taken; null while they are. */
  get dead(): Error | null {
    return this.#dead;
  }

  ask(request: StoreRequest, transfer: ArrayBuffer[] = []): Promise<StoreAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== null) return reject(this.#dead);
      this.#worker.postMessage(request, transfer);
      this.#waiters.push({ resolve, reject });
    });
  }

  #die(reason: Error): void {
    this.#dead ??= reason;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#dead);
  }
}
