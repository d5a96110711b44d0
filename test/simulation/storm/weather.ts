import type { MemoryWire, OutboundMessage } from '@algo/bus';
import type { SeededRandom } from '@algo/simulation';
import type { DiskState } from './faulty-disk.ts';
import type { Fault, SHARED, Target } from './scenario.ts';
import type { OF_VENUE_SHARED } from './venue-faults.ts';

const LATE_MS = 3_000;

/** How the world between the processes is at each moment, by the faults that are on. */
export class Weather implements MemoryWire {
  readonly #nowMs: () => number;
  readonly #random: SeededRandom;
  /** Faults that are on. */
  readonly #on = new Set<Fault>();
  readonly #arrivesMs = new Map<string, number>();
  onAckLost: () => void = () => {};

  constructor(random: SeededRandom, nowMs: () => number) {
    this.#random = random;
    this.#nowMs = nowMs;
  }

  begin(fault: Fault): void {
    this.#on.add(fault);
  }

  end(fault: Fault): void {
    this.#on.delete(fault);
  }

  /** Whether anything keeps a process from hearing or from being heard. */
  isHindered(process: Target): boolean {
    for (const fault of this.#on) if (!('of' in fault) || fault.of === process) return true;
    return false;
  }

  strikes(kind: (typeof SHARED | typeof OF_VENUE_SHARED)[number]): boolean {
    return this.struckBy(kind) !== undefined;
  }

  /** Returns the fault of a kind that strikes what passes now, if one does. */
  struckBy(kind: (typeof SHARED | typeof OF_VENUE_SHARED)[number]): Fault | undefined {
    for (const fault of this.#on)
      if (fault.kind === kind && 'share' in fault && this.#random.chance(fault.share)) return fault;
    return undefined;
  }

  isOn(kind: Fault['kind']): boolean {
    for (const fault of this.#on) if (fault.kind === kind) return true;
    return false;
  }

  /** What one process sends arrives in its order, unless it is lost and sent again. */
  storeMs({ lane }: OutboundMessage): number {
    const producer = lane?.producer ?? '';
    const isPlayed = !/^(execution|position-risk|reconcile|paper-venue)\./.test(producer);
    if (!isPlayed && this.strikes('sendLost')) return Number.POSITIVE_INFINITY;
    const slow = this.strikes('busSlow') ? this.#random.below(400) : 0;
    const atMs = Math.max(this.#nowMs() + this.#random.below(4) + slow, this.#arrivesMs.get(producer) ?? 0);
    this.#arrivesMs.set(producer, atMs);
    return atMs - this.#nowMs();
  }

  ackMs(): number {
    if (!this.strikes('ackLost')) return this.#random.below(3);
    this.onAckLost();
    return Number.POSITIVE_INFINITY;
  }

  /** Requests and answers keep no order: an order may arrive behind the question whether it has arrived. */
  arrivalsMs(way: 'there' | 'back'): readonly number[] {
    const [lost, late, twice] =
      way === 'there'
        ? (['requestLost', 'requestLate', 'requestTwice'] as const)
        : (['answerLost', 'answerLate', 'answerTwice'] as const);
    if (this.strikes(lost)) return [];
    const ms = 1 + this.#random.below(8) + (this.strikes(late) ? this.#random.below(LATE_MS) : 0);
    return this.strikes(twice) ? [ms, ms + this.#random.below(LATE_MS)] : [ms];
  }

  skewMs(process: Target): number {
    let skewMs = 0;
    for (const fault of this.#on)
      if (fault.kind === 'clockJump' && fault.of === process) skewMs += fault.byMs;
    return skewMs;
  }

  disk(process: Target): DiskState {
    let flushMs = this.#random.below(3);
    let error: Error | null = null;
    for (const fault of this.#on) {
      if (!('of' in fault) || fault.of !== process) continue;
      if (fault.kind === 'diskSlow') flushMs += 50 + this.#random.below(600);
      if (fault.kind === 'diskFull') error = new Error('ENOSPC: no space left on device');
      if (fault.kind === 'fsyncError') error = new Error('EIO: i/o error, fdatasync');
    }
    return { flushMs, error };
  }
}
