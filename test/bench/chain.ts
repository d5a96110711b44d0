import { type InstrumentId, instrumentId } from '@algo/model';
import type { BenchServer } from './bench-server.ts';

export const PROBE: InstrumentId = instrumentId('binance.spot.LTCUSDT');
export const ACCOUNT = 'paper-main';

/** Bytes of the four messages of a chain. */
export interface HopBytes {
  readonly trades: number;
  readonly signal: number;
  readonly command: number;
  readonly event: number;
}

/** A way from trades to a submitted order that can be timed. */
export interface Chain extends AsyncDisposable {
  readonly server: BenchServer;
  /** Gets what must stand before a pulse out of the way. */
  prepare(): Promise<void>;
  /** Returns the ms from trades in hand to the stored OrderSubmitted in its reader's hand. */
  pulse(): Promise<number>;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Returns the ms of so many pulses, one after the other, `gapMs` apart. */
export async function pulses(chain: Chain, count: number, gapMs: number): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    await chain.prepare();
    await pause(gapMs);
    taken.push(await chain.pulse());
  }
  return taken;
}
