const KEPT_MAX = 10_000;

/** A value and what it was before, so that a slow read can show the past. */
export class Versions<Value> {
  readonly #rows: { readonly atMs: number; readonly value: Value }[];

  constructor(atMs: number, value: Value) {
    this.#rows = [{ atMs, value }];
  }

  get now(): Value {
    return this.#rows.at(-1)!.value;
  }

  set(atMs: number, value: Value): void {
    this.#rows.push({ atMs, value });
    if (this.#rows.length > KEPT_MAX) this.#rows.shift();
  }

  /** Returns what it was at a time; undefined before it was anything. */
  at(ms: number): Value | undefined {
    return this.#rows.findLast(({ atMs }) => atMs <= ms)?.value;
  }
}
