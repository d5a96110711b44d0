import {
  BUY,
  clientOrderId,
  Decimal,
  type Fill,
  type OrderRequest,
  sliceTrades,
  type TimeUs,
  type TradeColumns,
  US_PER_MS,
  type VenueEvent,
} from '@algo/model';
import fc from 'fast-check';
import type { PaperVenue } from '../paper-venue.ts';
import { limit, MAIN, order, stop, tape } from './paper-fixture.ts';

/** What a driver does to a venue, in order of event time. */
export type Step =
  | { readonly type: 'trades'; readonly trades: TradeColumns }
  | { readonly type: 'submit'; readonly request: OrderRequest; readonly sentUs: TimeUs }
  | {
      readonly type: 'replace';
      readonly name: string;
      readonly request: OrderRequest;
      readonly sentUs: TimeUs;
    }
  | { readonly type: 'cancel'; readonly name: string; readonly sentUs: TimeUs };

const print = fc.record({
  gapMs: fc.nat(700),
  buys: fc.boolean(),
  move: fc.integer({ min: -6, max: 6 }),
  lots: fc.integer({ min: 1, max: 9_000 }),
});
const KINDS = ['market', 'ioc', 'gtc', 'fok', 'stop'] as const;
const action = fc.record({
  kind: fc.constantFrom(...KINDS, 'cancel' as const),
  replaces: fc.boolean(),
  sell: fc.boolean(),
  lots: fc.integer({ min: 60, max: 2_500 }),
  offset: fc.integer({ min: -8, max: 8 }),
  reduceOnly: fc.boolean(),
  target: fc.nat(20),
});
/** Prints, and what is asked behind them. */
export const plot = fc.array(
  fc.tuple(fc.array(print, { minLength: 1, maxLength: 12 }), fc.option(action, { nil: null })),
  { minLength: 2, maxLength: 18 },
);
const opening = { kind: 'market', sell: false, lots: 2_500, reduceOnly: false, replaces: false } as const;
/** A plot that buys first, and stops and replaces much. */
export const stopsPlot = plot.map((parts) =>
  parts.map(([rows, act], index): Plot[number] => {
    if (index === 0) return [rows, { ...opening, offset: 0, target: 0 }];
    if (act === null) return [rows, act];
    const kind = act.target < 10 ? 'stop' : act.kind;
    return [rows, { ...act, kind, sell: act.sell || kind === 'stop' }];
  }),
);
type Plot = typeof plot extends fc.Arbitrary<infer Parts> ? Parts : never;
type Action = typeof action extends fc.Arbitrary<infer One> ? One : never;

/** Returns the steps of a plot; a replacement is of the stop that was sent last before it, if any was. */
export function scene(parts: Plot): Step[] {
  const steps: Step[] = [];
  let nowMs = 1_000;
  let ticks = 10_000;
  let stopName: string | null = null;
  parts.forEach(([prints, act], index) => {
    const rows = prints.map(({ gapMs, buys, move, lots }) => {
      nowMs += gapMs;
      ticks += move;
      return [nowMs, buys ? 'buy' : 'sell', ticks / 100, lots / 1_000] as const;
    });
    steps.push({ type: 'trades', trades: tape(...rows) });
    if (act === null) return;
    const sentUs = nowMs * US_PER_MS;
    if (act.kind === 'cancel') {
      steps.push({ type: 'cancel', name: `o${act.target}`, sentUs });
      return;
    }
    const request = requestOf(act, act.kind, `o${index}`, ticks);
    steps.push(
      stopName !== null && act.replaces
        ? { type: 'replace', name: stopName, request, sentUs }
        : { type: 'submit', request, sentUs },
    );
    if (act.kind === 'stop') stopName = `o${index}`;
  });
  return steps;
}

function requestOf(act: Action, kind: (typeof KINDS)[number], name: string, ticks: number): OrderRequest {
  const { reduceOnly } = act;
  const side = act.sell ? 'sell' : 'buy';
  const quantity = Decimal.scaled(BigInt(act.lots), 3);
  const at = (offset: number) => Decimal.scaled(BigInt(ticks + offset), 2).toString();
  if (kind === 'market') return order(name, { side, quantity, reduceOnly });
  const away = Math.abs(act.offset);
  if (kind === 'stop') return stop(name, side, quantity.toString(), at(act.sell ? -away : away));
  return limit(name, side, quantity.toString(), at(act.offset), kind, { reduceOnly });
}

/** Gives the venue a step, its trades cut at the rows that `cut` says. */
export function play(venue: PaperVenue, step: Step, cut: (row: number) => boolean): VenueEvent[] {
  if (step.type === 'submit') venue.submit(step.request, step.sentUs);
  if (step.type === 'replace') venue.replace(clientOrderId(step.name), step.request, step.sentUs);
  if (step.type === 'cancel') venue.cancel(MAIN, clientOrderId(step.name), step.sentUs);
  if (step.type !== 'trades') return [];
  const events: VenueEvent[] = [];
  let from = 0;
  for (let row = 1; row <= step.trades.count; row++) {
    if (row < step.trades.count && !cut(row)) continue;
    events.push(...venue.onTrades(sliceTrades(step.trades, from, row)));
    from = row;
  }
  return events;
}

/** Cuts no trades. */
export const whole = (): boolean => false;

/** Returns what was filled. */
export function fillsOf(events: readonly VenueEvent[]): Fill[] {
  return events.flatMap((event) => (event.type === 'VenueFilled' ? [event.fill] : []));
}

/** Returns all prints. */
export function rowsOf(steps: readonly Step[]) {
  return steps.flatMap((step) =>
    step.type !== 'trades'
      ? []
      : Array.from(step.trades.timeUs, (timeUs, row) => ({
          timeUs,
          price: step.trades.price[row]!,
          lots: Math.round(step.trades.quantity[row]! * 1_000),
          buys: step.trades.side[row] === BUY,
        })),
  );
}
