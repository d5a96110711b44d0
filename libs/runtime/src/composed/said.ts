import { decodeFact, encodeFact, type Fact, typeOf } from '@algo/contracts';
import type { Hosted } from './hosted.ts';
import type { Work } from './scheduler.ts';

/** A fact on its way to its readers, who take it one after the other. */
export class Said implements Work {
  readonly fact: Fact;
  readonly readers: readonly Hosted[];
  readonly #observe: (said: Said) => void;
  /** The fact as it travels, where the composition sends it by wire. */
  readonly #bytes: Uint8Array | undefined;

  constructor(fact: Fact, readers: readonly Hosted[], observe: (said: Said) => void, byWire: boolean) {
    this.fact = fact;
    this.readers = readers;
    this.#observe = observe;
    this.#bytes = byWire ? encodeFact(fact.name, fact.body) : undefined;
  }

  /** The fact as one who gets it has it: the very same value, or one of its own, decoded. */
  get received(): Fact {
    return this.#bytes === undefined ? this.fact : decodeFact(typeOf(this.fact.name), this.#bytes);
  }

  run(): void {
    this.#observe(this);
    for (const reader of this.readers) reader.give(this.received);
  }
}
