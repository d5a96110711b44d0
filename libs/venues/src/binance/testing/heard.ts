import type { InstrumentId, TimeUs, TradeColumns, VenueBar } from '@algo/model';
import type { MarketDataSink } from '../../port.ts';

/** Writes down what it is told. */
export class Heard implements MarketDataSink {
  readonly told: TradeColumns[] = [];
  readonly states: string[] = [];
  readonly open = new Set<InstrumentId>();
  readonly bars: VenueBar[] = [];
  readonly times: TimeUs[] = [];
  nonsense = 0;

  get ids(): number[] {
    return this.told.flatMap(({ ids }) => [...(ids.values as Float64Array)]);
  }

  trades(trades: TradeColumns): void {
    this.told.push(trades);
  }

  connected(instruments: readonly InstrumentId[]): void {
    for (const id of instruments) this.open.add(id);
    this.states.push('connected');
  }

  disconnected(instruments: readonly InstrumentId[], reason: string): void {
    for (const id of instruments) this.open.delete(id);
    this.states.push(`disconnected: ${reason}`);
  }

  bar(_instrument: InstrumentId, bar: VenueBar): void {
    this.bars.push(bar);
  }

  time(venueUs: TimeUs): void {
    this.times.push(venueUs);
  }

  malformed(): void {
    this.nonsense++;
  }
}

/** Below what a test may take, and long for a machine that does much else. */
const PATIENCE_MS = 25_000;

/** Resolves when something holds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS / 1_000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
