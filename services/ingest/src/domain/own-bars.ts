import { type Candle, TIMEFRAME_US, type WarmBar } from '@algo/model';
import type { WarmUpPart } from './warm-up-plan.ts';

/** Bars in one message: some 70 bytes each. */
const MESSAGE_BARS = 1_000;

/** A closed bar that was ours before, and whose it is, in words. */
export interface OwnBar {
  readonly source: string;
  readonly bar: WarmBar;
}

/** Returns a whole candle as a bar to warm up by. */
export function barOfCandle({
  buyVolume,
  openTimeUs,
  open,
  high,
  low,
  close,
  volume,
  trades,
}: Candle): WarmBar {
  return { openTimeUs, open, high, low, close, volume, takerBuyVolume: buyVolume, trades };
}

/** Returns the newest of our bars within a part that follow each other without a hole, oldest first. */
export function newestRun(own: readonly OwnBar[], { fromUs, timeframe, untilUs }: WarmUpPart): OwnBar[] {
  const lengthUs = TIMEFRAME_US[timeframe];
  const within = new Map<number, OwnBar>();
  for (const each of own) {
    const { openTimeUs } = each.bar;
    if (openTimeUs >= fromUs && openTimeUs + lengthUs <= untilUs) within.set(openTimeUs, each);
  }
  const run: OwnBar[] = [];
  for (let openUs = Math.max(...within.keys()); within.has(openUs); openUs -= lengthUs)
    run.push(within.get(openUs)!);
  return run.reverse();
}

/** Returns what is still to be read of a part before and behind a run of bars of its own. */
export function beside(
  part: WarmUpPart,
  run: readonly OwnBar[],
): [before: WarmUpPart[], behind: WarmUpPart[]] {
  const [first, last] = [run[0]?.bar.openTimeUs, run.at(-1)?.bar.openTimeUs];
  if (first === undefined || last === undefined) return [[part], []];
  const lengthUs = TIMEFRAME_US[part.timeframe];
  const rest = (fromUs: number, untilUs: number) =>
    fromUs + lengthUs <= untilUs ? [{ ...part, fromUs, untilUs }] : [];
  return [rest(part.fromUs, first), rest(last + lengthUs, part.untilUs)];
}

/** Returns bars in pieces of one source, none longer than a message. */
export function inPieces(bars: readonly OwnBar[]): { readonly source: string; readonly of: WarmBar[] }[] {
  const pieces: { source: string; of: WarmBar[] }[] = [];
  for (const { source, bar } of bars) {
    const last = pieces.at(-1);
    if (last?.source === source && last.of.length < MESSAGE_BARS) last.of.push(bar);
    else pieces.push({ source, of: [bar] });
  }
  return pieces;
}
