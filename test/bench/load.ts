// Publishes trades of other instruments at a steady rate, in batches of what has gathered.
import { JetStreamBus } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import { sliceTrades, type TradeColumns, US_PER_SECOND } from '@algo/model';
import { takeOrder, tell } from './forked.ts';
import { START_US, syntheticTape } from './tape.ts';

export interface LoadOrder {
  readonly url: string;
  readonly instruments: readonly string[];
  readonly tradesPerSecond: number;
  readonly seconds: number;
  /** Rounds before it on the same chain: each goes on where the last ended, as a market does. */
  readonly round: number;
}
export interface LoadSaid {
  readonly published: number;
  readonly tookMs: number;
}

/** How long trades gather. */
const TICK_MS = 5;
/** More than the trades of a round take, in their own time. */
const ROUND_US = 300 * US_PER_SECOND;

const { url, instruments, tradesPerSecond, seconds, round } = await takeOrder<LoadOrder>();
const bus = await JetStreamBus.connect({ servers: [url], identity: 'bench-load' });
const each = tradesPerSecond / instruments.length;
const startUs = START_US + round * ROUND_US;
const tapes = instruments.map(
  (id) => syntheticTape(id, Math.ceil(each * seconds), each / 1.35, startUs).trades,
);
const sent = tapes.map(() => 0);

process.on('message', (word) => {
  if (word !== 'go') return;
  const startMs = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startMs) * each) / 1_000;
    for (const [i, tape] of tapes.entries()) publishUntil(tape, i, Math.min(tape.count, Math.floor(due)));
    if (due < tapes[0]!.count) return;
    clearInterval(timer);
    tell({ published: sent.reduce((sum, rows) => sum + rows), tookMs: performance.now() - startMs });
  }, TICK_MS);
});

function publishUntil(tape: TradeColumns, i: number, until: number): void {
  const from = sent[i]!;
  if (until <= from) return;
  sent[i] = until;
  const trades = sliceTrades(tape, from, until);
  const subject = subjects.trades(tape.instrument);
  const timeUs = trades.timeUs[trades.count - 1]!;
  const data = codecs.TradeBatch.encode({
    trades,
    receivedUs: timeUs,
    complete: true,
    origin: 'live',
    sides: 'told',
  });

  void bus.publish({
    subject,
    type: codecs.TradeBatch.type,
    id: `load:${round}:${tape.instrument}:${until}`,
    timeUs,
    data,
  });
}

process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
tell('ready');
