import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ended } from './engine-processes.ts';

/** A process of a bench's own: told what to do by its first message, it says things until it is ended. */
export class Forked<Said> implements AsyncDisposable {
  readonly #child: ChildProcess;
  onSaid: (said: Said) => void = () => {};

  /** Starts a script of this folder and resolves when it says 'ready'. */
  static async start<Order extends object, Said>(script: string, order: Order): Promise<Forked<Said>> {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), { serialization: 'advanced' });
    const forked = new Forked<Said>(child);
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it was ready`)));
      child.on('message', (said) => (said === 'ready' ? resolve() : forked.onSaid(said as Said)));
      child.send(order);
    });
    return forked;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  tell(message: string): void {
    this.#child.send(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ended(this.#child);
  }
}

/** In the forked process: returns the order. */
export function takeOrder<Order>(): Promise<Order> {
  return new Promise((resolve) => process.once('message', (order) => resolve(order as Order)));
}

/** In the forked process: tells the bench. */
export function tell(said: 'ready' | object): void {
  process.send?.(said);
}
