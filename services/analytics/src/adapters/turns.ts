/** Lets so many things be done at once, in the order in which they were asked for; the others wait. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #idle = Promise.resolve();
  #setIdle = () => {};
  #running = 0;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Settles when nothing is done and nothing waits. */
  get idle(): Promise<void> {
    return this.#idle;
  }

  /** Does something when it is its turn. *Errors*: its own. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running++ === 0)
      this.#idle = new Promise((resolve) => {
        this.#setIdle = resolve;
      });
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
      if (--this.#running === 0) this.#setIdle();
    }
  }

  /** Lets all go at once from now on. */
  open(): void {
    this.#free = Number.POSITIVE_INFINITY;
    for (const go of this.#waiting.splice(0)) go();
  }
}
