import type { BinanceDialect } from './dialect.ts';

/** How a read fails, or lies. *Units*: `retryAfterS` s. */
export interface ReadFault {
  readonly status: number;
  readonly retryAfterS?: number;
  /** In place of the true answer. */
  readonly body?: string;
}

export interface StandInOptions {
  readonly dialect: BinanceDialect;
  /** What is listed there. */
  readonly symbols: readonly string[];
  /** The venue's clock. *Units*: wall ms. */
  readonly nowMs?: () => number;
  /** Does something again and again, by that clock; returns what ends it. */
  readonly every?: (ms: number, run: () => void) => () => void;
  /** What an address may use in a minute, where that is not the venue's own limit. */
  readonly weightMax?: number;
  /** 0: any that is free. */
  readonly port?: number;
}
