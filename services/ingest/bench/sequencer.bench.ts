// The sequencer alone, in order and with frames that overtake each other, beside a bare loop over the same
// ids; they take turns. Prints its figures as one line of JSON.
// usage: node services/ingest/bench/sequencer.bench.ts TRADES
import { BUY, instrumentId } from '@algo/model';
import { type RawTrades, sliceRaw } from '../src/domain/raw-trades.ts';
import { Sequencer } from '../src/domain/sequencer.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const T0_US = 1_750_507_467_000_000;
/** Rounds of each side; the first is cold and left out. */
const ROUNDS = 6;
/** Trades that are heard at once, when it is busy. */
const PIECE = 64;
/** With frames out of order every so many pieces come in front of the one before. */
const SWAP_EVERY = 16;

const trades = Math.ceil(Number(process.argv[2]) / PIECE) * PIECE;
const rows = (of: (i: number) => number) => Float64Array.from({ length: trades }, (_, i) => of(i));
const tape: RawTrades = {
  instrument: LTC,
  count: trades,
  timeUs: rows((i) => T0_US + i * 100),
  price: rows((i) => 83 + (i % 100) / 100),
  quantity: rows((i) => 1 + (i % 7)),
  side: new Uint8Array(trades).fill(BUY),
  ids: rows((i) => i + 1),
};
const inOrder = Array.from({ length: trades / PIECE }, (_, i) => sliceRaw(tape, i * PIECE, (i + 1) * PIECE));
const swapped = [...inOrder];
for (let i = 1; i < swapped.length; i += SWAP_EVERY)
  [swapped[i - 1], swapped[i]] = [swapped[i]!, swapped[i - 1]!];

/** Returns trades a second. */
function sequenced(pieces: readonly RawTrades[]): number {
  const sequencer = new Sequencer({
    instrument: LTC,
    last: { id: 0, timeUs: T0_US },
    noRest: undefined,
    rowsSpanIds: false,
  });
  const heard = { receivedUs: T0_US, heardMs: 0 };
  let released = 0;
  const fromMs = performance.now();
  for (const piece of pieces) {
    sequencer.hear(piece, heard);
    for (const word of sequencer.take()) if (word.type === 'released') released += word.raw.count;
  }
  const seconds = (performance.now() - fromMs) / 1_000;
  if (released !== trades) throw new Error(`${released} of ${trades} trades were released`);
  return trades / seconds;
}

/** What nobody can do without: each id is looked at once, and each trade is written down once. */
function bare(pieces: readonly RawTrades[]): number {
  const [timeUs, price, quantity, side] = [
    new Float64Array(PIECE),
    new Float64Array(PIECE),
    new Float64Array(PIECE),
    new Uint8Array(PIECE),
  ];
  let nextId = 1;
  const fromMs = performance.now();
  for (const piece of pieces)
    for (let i = 0; i < piece.count; i++) {
      if (piece.ids![i] !== nextId++) throw new Error('not in order');
      timeUs[i] = piece.timeUs[i]!;
      price[i] = piece.price[i]!;
      quantity[i] = piece.quantity[i]!;
      side[i] = piece.side[i]!;
    }
  return trades / ((performance.now() - fromMs) / 1_000);
}

const pairs: { ours: number; floor: number; swapped: number }[] = [];
for (let round = 0; round < ROUNDS; round++)
  pairs.push({ floor: bare(inOrder), ours: sequenced(inOrder), swapped: sequenced(swapped) });
console.log(JSON.stringify({ trades, pairs: pairs.slice(1) }));
