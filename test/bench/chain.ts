import type { JetStreamBus } from '@algo/bus';
import { subjects } from '@algo/contracts';
import { type InstrumentId, instrumentId } from '@algo/model';
import type { BenchServer } from './bench-server.ts';

export const PROBE: InstrumentId = instrumentId('binance.spot.LTCUSDT');
export const ACCOUNT = 'paper-main';

/** The request that takes an order to the venue. */
export const REQUEST = subjects.venueRequest(ACCOUNT, 'submit');

/** Bytes of the messages of a chain. */
export interface HopBytes {
  readonly trades: number;
  readonly signal: number;
  readonly command: number;
  readonly request: number;
  readonly event: number;
}

/** *Units*: ms from trades in hand. */
export interface Pulse {
  /** To the venue's door: the request is with whoever listens there. */
  readonly orderedMs: number;
  /** To the stored OrderSubmitted in its reader's hand. */
  readonly submittedMs: number;
}

/** A way from trades to an order at its venue that can be timed. */
export interface Chain extends AsyncDisposable {
  readonly server: BenchServer;
  /** Gets what must stand before a pulse out of the way. */
  prepare(): Promise<void>;
  pulse(): Promise<Pulse>;
}

/** Tells who stands at the venue's door when a request comes, and what it weighs. */
export function listenAtVenue(bus: JetStreamBus, onRequest: (bytes: number) => void): void {
  bus.nats.nc.subscribe(REQUEST, { callback: (_, { data }) => onRequest(data.length) });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Returns what so many pulses took, one after the other, `gapMs` apart. */
export async function pulses(chain: Chain, count: number, gapMs: number): Promise<Pulse[]> {
  const taken: Pulse[] = [];
  for (let i = 0; i < count; i++) {
    await chain.prepare();
    await pause(gapMs);
    taken.push(await chain.pulse());
  }
  return taken;
}
