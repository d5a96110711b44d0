/** One record of a log. *Shape*: numbers count from 1, without holes. */
export interface LogRecord {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/**
 * A process's own log: what it must know in its next life and no stream holds. Records are opaque; each is on
 * disk before `done` is called, in the order of the calls.
 */
export interface AppendLog {
  /** Number of the last record that is on disk; 0 when there is none. */
  readonly last: number;
  /** Appends a record; `done` is told its number, or why it isn't in the log. May call back at once. */
  append(bytes: Uint8Array, done: (error: Error | undefined, number: number) => void): void;
  /** Yields the records behind this number that are on disk now, and ends. */
  read(after: number): AsyncIterable<LogRecord>;
  /** May drop records up to number `through`, oldest first, as far as the log holds more than `keepBytes`. */
  trim(through: number, keepBytes: number): Promise<void>;
}
