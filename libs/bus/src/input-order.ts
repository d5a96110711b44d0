import { STREAMS, type StreamName } from '@algo/contracts';
import { InputError } from '@algo/model';

/** The process's own log as one more stream that its inputs come from. */
export const OWN = 'OWN';
export type InputSource = StreamName | typeof OWN;

/**
 * Inputs that came from one stream without another between: up to which sequence, and how many were taken
 * then.
 */
export interface InputRun {
  readonly source: InputSource;
  readonly sequence: number;
  readonly taken: number;
}

/**
 * In which order a process took its inputs, as a word carries it. *Shape*: `taken` numbers the input in hand;
 * `runs` cover the inputs from `since`, up to which everything that this process said is known to be stored,
 * to `taken`.
 */
export interface RecordedOrder {
  readonly taken: number;
  readonly since: number;
  readonly runs: readonly InputRun[];
}

/** What an order of inputs is taken up again from. */
export type InputOrderState = RecordedOrder;

/** Returns an order as its header holds it: `taken;since;STREAM:sequence:taken,…`. */
export function orderText({ taken, since, runs }: RecordedOrder): string {
  return `${taken};${since};${runs.map((run) => `${run.source}:${run.sequence}:${run.taken}`).join(',')}`;
}

/** Returns the order that a header holds. *Errors*: InputError on a text that isn't one. */
export function orderIn(text: string): RecordedOrder {
  const [taken = '', since = '', list, ...more] = text.split(';');
  const runs = (list === undefined || list === '' ? [] : list.split(',')).map((run) => {
    const [source = '', sequence, at] = run.split(':');
    return { source: source as InputSource, sequence: Number(sequence), taken: Number(at) };
  });
  const isSource = (source: string) => source === OWN || Object.hasOwn(STREAMS, source);
  const numbers = [taken, since].map((part) => (part === '' ? Number.NaN : Number(part)));
  if (
    list === undefined ||
    more.length > 0 ||
    !numbers.every(Number.isSafeInteger) ||
    !runs.every((run) => isSource(run.source) && [run.sequence, run.taken].every(Number.isSafeInteger))
  )
    throw new InputError({
      field: 'algo-order',
      value: text.slice(0, 100),
      because: 'not taken;since;STREAM:sequence:taken,…',
      remedy: 'Publish through the driver, which writes this header.',
    });
  return { taken: numbers[0]!, since: numbers[1]!, runs };
}

/**
 * Returns in which order inputs were taken behind number `from`, joined from what many words say. A hole in
 * what they cover ends it: what comes behind is not known, and any order is right there.
 */
export function mergeOrders(from: number, orders: readonly RecordedOrder[]): InputRun[] {
  const merged: InputRun[] = [];
  let covered = from;
  for (const order of orders.toSorted((a, b) => a.since - b.since)) {
    if (order.since > covered) break;
    for (const run of order.runs) {
      if (run.taken <= covered) continue;
      if (merged.at(-1)?.source === run.source) merged.pop();
      merged.push(run);
      covered = run.taken;
    }
  }
  return merged;
}

/**
 * Keeps the order in which inputs are taken until a stored word carries it. *Shape*: runs are forgotten as
 * the dense prefix of what was said is stored. `known` is the number of inputs whose order stored words carry
 * already.
 */
export class InputOrder {
  readonly #known: number;
  #taken: number;
  #since: number;
  #runs: InputRun[];
  /**
   * Of each word from number `#storedThrough + 1`: the input in which it was said, and whether it is stored.
   */
  readonly #said: { readonly taken: number; stored: boolean }[] = [];
  #storedThrough = 0;
  #unstored = 0;

  constructor(state: InputOrderState, known: number) {
    this.#taken = state.taken;
    this.#known = known;
    this.#since = known > state.taken ? state.taken : state.since;
    this.#runs = known > state.taken ? [] : [...state.runs];
  }

  /** Number of the input in hand, or of the last one taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Words that are not known to be stored. */
  get unstored(): number {
    return this.#unstored;
  }

  /** Number of the last word said. */
  get said(): number {
    return this.#storedThrough + this.#said.length;
  }

  /** All words up to this number are stored. */
  get storedThrough(): number {
    return this.#storedThrough;
  }

  /** Runs that no stored word is known to carry. */
  get openRuns(): number {
    return this.#runs.length;
  }

  /** Counts one more input, which came from this place. */
  took(source: InputSource, sequence: number): void {
    const taken = ++this.#taken;
    if (taken <= this.#known) {
      this.#since = taken;
      return;
    }
    const run = { source, sequence, taken };
    if (this.#runs.at(-1)?.source === source) this.#runs[this.#runs.length - 1] = run;
    else this.#runs.push(run);
  }

  /** Returns the order up to the input in hand. */
  now(): RecordedOrder {
    return { taken: this.#taken, since: this.#since, runs: this.#runs.slice() };
  }

  /** Counts one more word, said in the input in hand; returns its number. */
  say(): number {
    this.#unstored++;
    this.#said.push({ taken: this.#taken, stored: false });
    return this.said;
  }

  /** Notes that a word is stored. */
  stored(word: number): void {
    this.#unstored--;
    this.#said[word - this.#storedThrough - 1]!.stored = true;
    let dense = 0;
    while (dense < this.#said.length && this.#said[dense]!.stored) dense++;
    if (dense === 0) return;
    this.#since = Math.max(this.#since, this.#said[dense - 1]!.taken);
    this.#said.splice(0, dense);
    this.#storedThrough += dense;
    let past = 0;
    while (past < this.#runs.length && this.#runs[past]!.taken <= this.#since) past++;
    if (past > 0) this.#runs.splice(0, past);
  }
}
