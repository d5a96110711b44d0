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

/** Of a record, what is read of it. */
type Read =
  | { readonly kind: 'left'; readonly request: number }
  | {
      readonly kind: 'intent';
      readonly request: number;
      readonly body: {
        readonly type: string;
        readonly intent: Logged['intent'];
        readonly request: { readonly clientOrderId: string };
      };
    }
  | { readonly kind: 'input' };

type Written = (error: Error | undefined, number: number) => void;

/** A process's own log on a disk that can be slow, full, fail, or be torn at a kill. */
export class FaultyDisk implements SimulatedLog {
  readonly #clock: VirtualClock;
  readonly #state: () => DiskState;
  readonly #records: LogRecord[];
  readonly #waiting: { readonly bytes: Uint8Array; readonly done: Written }[] = [];
  readonly #onAppend: (isLeaving: boolean) => void;
  /** What the records up to `#indexed` say of orders, and whose each request is. */
  readonly #orders = new Map<string, Logged>();
  readonly #requests = new Map<number, string>();
  #indexed = 0;
  #last: number;
  #cancel: (() => void) | undefined;
  /** Of the records that a kill finds on their way, so many are on the disk, though nobody was told. */
  keeps = 0;

  /** `onAppend` is told whether the record is the last one before a request leaves. */
  constructor(
    clock: VirtualClock,
    state: () => DiskState,
    onAppend: (isLeaving: boolean) => void,
    records: LogRecord[] = [],
  ) {
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
    this.#onAppend(bytes[KIND_AT] === LEFT);
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
    for (; this.#indexed < this.#records.length; this.#indexed++)
      this.#index(this.#records[this.#indexed]!.bytes);
    return this.#orders.get(clientOrderId) ?? { intent: null, isLeaving: false };
  }

  /** Notes what a record says of an order; most are neither an intent nor a leaving, and are not read. */
  #index(bytes: Uint8Array): void {
    if (bytes[KIND_AT] !== INTENT && bytes[KIND_AT] !== LEFT) return;
    const record = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()) as Read;
    if (record.kind === 'left') {
      const id = this.#requests.get(record.request);
      if (id !== undefined) this.#orders.set(id, { ...this.#orders.get(id)!, isLeaving: true });
    } else if (record.kind === 'intent' && record.body.type === 'SubmitOrder') {
      const { clientOrderId } = record.body.request;
      this.#requests.set(record.request, clientOrderId);
      this.#orders.set(clientOrderId, { intent: record.body.intent, isLeaving: false });
    }
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
