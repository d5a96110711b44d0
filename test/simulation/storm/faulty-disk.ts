import type { LogRecord, VirtualClock } from '@algo/bus';
import type { SimulatedLog } from '../simulated-life.ts';

/** Where the kind of a record begins in its text, and the first letter of those that are read. */
const KIND_AT = '{"kind":"'.length;
const [INTENT, LEFT] = ['i', 'l'].map((letter) => letter.charCodeAt(0));

/** How a disk is at a moment. */
export interface DiskState {
  /** *Units*: virtual ms until a record is on it. */
  readonly flushMs: number;
  /** What is said of a record that can't be written or brought to the disk. */
  readonly error: Error | null;
}

/** What a log has of an order that goes out. */
export interface Logged {
  readonly intent: 'entry' | 'exit' | 'protection' | null;
  readonly isLeaving: boolean;
}

type Written = (error: Error | undefined, number: number) => void;

/** A process's own log on a disk that can be slow, full, fail, or be torn at a kill. */
export class FaultyDisk implements SimulatedLog {
  readonly #clock: VirtualClock;
  readonly #state: () => DiskState;
  readonly #records: LogRecord[];
  readonly #waiting: { readonly bytes: Uint8Array; readonly done: Written }[] = [];
  readonly #onAppend: () => void;
  #last: number;
  #cancel: (() => void) | undefined;
  /** Of the records that a kill finds on their way, so many are on the disk, though nobody was told. */
  keeps = 0;

  constructor(clock: VirtualClock, state: () => DiskState, onAppend: () => void, records: LogRecord[] = []) {
    this.#clock = clock;
    this.#state = state;
    this.#onAppend = onAppend;
    this.#records = records;
    this.#last = records.at(-1)?.number ?? 0;
  }

  get last(): number {
    return this.#last;
  }

  append(bytes: Uint8Array, done: Written): void {
    this.#waiting.push({ bytes, done });
    this.#cancel ??= this.#clock.after(this.#state().flushMs, () => this.#flush());
    this.#onAppend();
  }

  async *read(after: number): AsyncGenerator<LogRecord> {
    for (const record of this.#records.slice()) if (record.number > after) yield record;
  }

  async trim(): Promise<void> {} // a storm is short

  crash(): void {
    for (const { bytes } of this.#waiting.splice(0, this.keeps)) this.#store(bytes);
    this.keeps = 0;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waiting.length = 0;
  }

  /**
   * Returns the log as whoever was stopped with it has it: what is on its way arrives there, and not here.
   */
  fork(): FaultyDisk {
    const fork = new FaultyDisk(this.#clock, this.#state, () => {}, this.#records.slice());
    for (const { bytes, done } of this.#waiting) fork.append(bytes, done);
    return fork;
  }

  /** What is on the disk of an order: its intent, and behind it that it leaves. */
  knowsOf(clientOrderId: string): Logged {
    let request: number | null = null;
    let intent: Logged['intent'] = null;
    for (const { bytes } of this.#records) {
      // Most records are neither an intent nor that it leaves, and are not read.
      if (bytes[KIND_AT] !== INTENT && bytes[KIND_AT] !== LEFT) continue;
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
      if (request !== null && text === `{"kind":"left","request":${request}}`)
        return { intent, isLeaving: true };
      if (!text.startsWith('{"kind":"intent"') || !text.includes(clientOrderId)) continue;
      const record = JSON.parse(text) as {
        request: number;
        body: { type: string; intent: Logged['intent'] };
      };
      if (record.body.type !== 'SubmitOrder') continue;
      ({ request } = record);
      ({ intent } = record.body);
    }
    return { intent, isLeaving: false };
  }

  #flush(): void {
    this.#cancel = undefined;
    const { error } = this.#state();
    for (const { bytes, done } of this.#waiting.splice(0))
      if (error === null) done(undefined, this.#store(bytes));
      else done(error, 0);
  }

  #store(bytes: Uint8Array): number {
    this.#records.push({ number: ++this.#last, bytes: bytes.slice() });
    return this.#last;
  }
}
