/**
 * Remembers the latest `capacity` keys and forgets the oldest first, so that memory of the past has a bound.
 */
export class RecentMap<Value> {
  readonly #capacity: number;
  readonly #entries: Map<string, Value>;

  constructor(capacity: number, entries: Iterable<readonly [string, Value]> = []) {
    this.#capacity = capacity;
    this.#entries = new Map(entries);
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  /** Keeps the value; a key that is known keeps its age. */
  set(key: string, value: Value): void {
    if (!this.#entries.has(key) && this.#entries.size >= this.#capacity)
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    this.#entries.set(key, value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Returns what is remembered, oldest first. */
  entries(): [string, Value][] {
    return [...this.#entries];
  }
}
