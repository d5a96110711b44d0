import { type TimeUs, US_PER_SECOND } from '@algo/model';

/** Flips that the spread is the median of. */
const FLIPS = 33;
/** A side's last price is a quote only this long. */
const FRESH_US = US_PER_SECOND;
const VISITS = 32;

/** One public trade on the venue's grids. *Units*: whole ticks and steps. */
export interface Print {
  readonly timeUs: TimeUs;
  readonly ticks: number;
  readonly lots: number;
  /** Whether the taker bought. */
  readonly buys: boolean;
}

/**
 * What the venue knows of a market that shows it prints alone.
 * *Units*: ticks, lots, µs. *Shape*: `last` null before the first print; `flips` at most FLIPS.
 */
export interface Tape {
  last: Print | null;
  lastBuy: { ticks: number; timeUs: TimeUs } | null;
  lastSell: { ticks: number; timeUs: TimeUs } | null;
  flips: number[];
  nextFlip: number;
  /** Lots traded since the price last changed. */
  visitLots: number;
  /** Mean lots of a visit at one price; null before one ended. */
  meanVisitLots: number | null;
}

/** Returns a tape that has seen nothing. */
export function emptyTape(): Tape {
  return {
    last: null,
    lastBuy: null,
    lastSell: null,
    flips: [],
    nextFlip: 0,
    visitLots: 0,
    meanVisitLots: null,
  };
}

/** Takes the next print into the tape. */
export function observe(tape: Tape, print: Print): void {
  const last = tape.last;
  if (last !== null) {
    if (last.buys !== print.buys && print.timeUs - last.timeUs <= FRESH_US) {
      tape.flips[tape.nextFlip] = Math.abs(print.ticks - last.ticks);
      tape.nextFlip = (tape.nextFlip + 1) % FLIPS;
    }
    if (last.ticks !== print.ticks) {
      const mean = tape.meanVisitLots;
      tape.meanVisitLots = mean === null ? tape.visitLots : mean + (tape.visitLots - mean) / VISITS;
      tape.visitLots = 0;
    }
  }
  tape.visitLots += print.lots;
  const quote = print.buys ? tape.lastBuy : tape.lastSell;
  if (quote === null)
    tape[print.buys ? 'lastBuy' : 'lastSell'] = { ticks: print.ticks, timeUs: print.timeUs };
  else {
    quote.ticks = print.ticks;
    quote.timeUs = print.timeUs;
  }
  tape.last = print;
}

/**
 * Returns the flip spread in ticks, at least 1: the median jump between successive prints of opposite takers.
 */
export function flipTicks(tape: Tape): number {
  const sorted = [...tape.flips].sort((a, b) => a - b);
  return Math.max(1, sorted[sorted.length >> 1] ?? 1);
}

/**
 * Returns the ticks at which a taker must expect to trade: the last print of its own side if fresh, else the
 * last print and a flip spread worse; null before the first print.
 */
export function referenceTicks(tape: Tape, buys: boolean, nowUs: TimeUs): number | null {
  const quote = buys ? tape.lastBuy : tape.lastSell;
  if (quote !== null && nowUs - quote.timeUs <= FRESH_US) return quote.ticks;
  if (tape.last === null) return null;
  return Math.max(1, tape.last.ticks + (buys ? 1 : -1) * flipTicks(tape));
}

/** Returns a copy that shares nothing with the tape. */
export function copyTape(tape: Tape): Tape {
  return {
    ...tape,
    last: tape.last && { ...tape.last },
    lastBuy: tape.lastBuy && { ...tape.lastBuy },
    lastSell: tape.lastSell && { ...tape.lastSell },
    flips: [...tape.flips],
  };
}
