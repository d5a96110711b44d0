/** Calls once at the earliest of the moments that it was set to, by `performance.now`. */
export class Alarm implements Disposable {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | null = null;
  #atMs = Number.POSITIVE_INFINITY;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  setTo(atMs: number): void {
    if (atMs >= this.#atMs) return;
    this[Symbol.dispose]();
    this.#atMs = atMs;
    this.#timer = setTimeout(
      () => {
        this[Symbol.dispose]();
        this.#ring();
      },
      Math.max(1, Math.ceil(atMs - performance.now())),
    );
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#atMs = Number.POSITIVE_INFINITY;
  }
}
