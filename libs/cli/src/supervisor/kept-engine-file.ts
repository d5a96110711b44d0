import { type EngineFile, writeEngineFile } from '../engine/engine-file.ts';

const AGAIN_MS = 1_000;

/**
 * What a data directory says of the engine that runs on it, kept as it changes. A full disk must not end the
 * one process that starts all others again: what could not be written is said once, and tried again.
 */
export class KeptEngineFile implements Disposable {
  readonly #dataDir: string;
  readonly #describe: () => EngineFile;
  readonly #say: (line: string) => void;
  #again: NodeJS.Timeout | undefined;
  #isBehind = false;

  constructor(dataDir: string, describe: () => EngineFile, say: (line: string) => void) {
    this.#dataDir = dataDir;
    this.#describe = describe;
    this.#say = say;
  }

  /** Writes what is so now, at once or as soon as it can be. */
  write(): void {
    clearTimeout(this.#again);
    try {
      writeEngineFile(this.#dataDir, this.#describe());
      if (this.#isBehind) this.#say(`${this.#dataDir} can be written to again`);
      this.#isBehind = false;
    } catch (error) {
      if (!this.#isBehind)
        this.#say(`${this.#dataDir} can't be written to, which is tried again: ${(error as Error).message}`);
      this.#isBehind = true;
      this.#again = setTimeout(() => this.write(), AGAIN_MS).unref();
    }
  }

  /** Tries no more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#again);
  }
}
