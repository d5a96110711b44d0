import type { AppendLog, LogRecord } from '../append-log.ts';
import type { VirtualClock } from './virtual-clock.ts';

/**
 * A log in memory. With `flushMs` each record is "on disk" only that much later: what a kill before then
 * loses.
 */
export class MemoryLog implements AppendLog {
  readonly #clock: VirtualClock | undefined;
  readonly #flushMs: () => number;
  readonly #records: LogRecord[] = [];
  readonly #waiting: {
    readonly bytes: Uint8Array;
    readonly done: (error: undefined, number: number) => void;
  }[] = [];
  #last = 0;
  #cancel: (() => void) | undefined;

  constructor(disk?: { readonly clock: VirtualClock; readonly flushMs: () => number }) {
    this.#clock = disk?.clock;
    this.#flushMs = disk?.flushMs ?? (() => 0);
  }

  get last(): number {
    return this.#last;
  }

  append(bytes: Uint8Array, done: (error: Error | undefined, number: number) => void): void {
    if (this.#clock === undefined) {
      done(undefined, this.#store(bytes));
      return;
    }
    this.#waiting.push({ bytes, done });
    this.#cancel ??= this.#clock.after(this.#flushMs(), () => this.#flush());
  }

  async *read(after: number): AsyncGenerator<LogRecord> {
    for (const record of this.#records.slice()) if (record.number > after) yield record;
  }

  async trim(through: number, keepBytes: number): Promise<void> {
    let bytes = this.#records.reduce((sum, record) => sum + record.bytes.length, 0);
    while (this.#records.length > 0 && this.#records[0]!.number <= through && bytes > keepBytes)
      bytes -= this.#records.shift()!.bytes.length;
  }

  /** Loses what isn't on disk yet, as a kill does. */
  crash(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waiting.length = 0;
  }

  #flush(): void {
    this.#cancel = undefined;
    const flushed = this.#waiting.splice(0).map(({ bytes, done }) => ({ done, number: this.#store(bytes) }));
    for (const { done, number } of flushed) done(undefined, number);
  }

  #store(bytes: Uint8Array): number {
    this.#records.push({ number: ++this.#last, bytes: bytes.slice() });
    return this.#last;
  }
}
