import { type ClosePosition, Decimal, exitSide, type ProtectPosition } from '@algo/model';
import fc from 'fast-check';
import type { PositionRiskOutput } from '../position-risk-io.ts';
import { BTC, d, ETH, PLAN, Scenario } from './position-risk-scenario.ts';

/** One thing that may happen; numbers are drawn wide and folded into sense where they are used. */
export const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'trades',
      'trades',
      'trades',
      'enter',
      'fill',
      'foreign',
      'obey',
      'exit-fill',
      'exit-end',
      'unknown',
      'reject',
      'deny',
      'time',
      'night',
      'flatten',
      'lift',
      'protect',
      'stop-end',
      'stop-fill',
      'cash',
    ),
    eth: fc.boolean(),
    short: fc.boolean(),
    amount: fc.integer({ min: 1, max: 3_000 }),
    drift: fc.array(fc.integer({ min: -80, max: 80 }), { minLength: 1, maxLength: 5 }),
    gap: fc.integer({ min: 0, max: 8_000 }),
  }),
  { minLength: 1, maxLength: 60 },
);
export type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

/** A hold time of 20 ms that ends between two trades of one batch, both of which move the stop. */
export const HOLD_ENDS_IN_A_BATCH: Step[] = [
  { kind: 'enter', eth: true, short: false, amount: 1, drift: [0], gap: 0 },
  { kind: 'fill', eth: true, short: false, amount: 3, drift: [0], gap: 0 },
  { kind: 'trades', eth: true, short: false, amount: 1, drift: [1, 1], gap: 20 },
];

/** Plays random steps; prices walk per instrument and time only advances. */
export class Player {
  readonly story = new Scenario();
  #seconds = 0;
  #steps = 0;
  readonly #price = { [BTC]: 50_000, [ETH]: 2_000 };
  #order = 'foreign-0';
  #exit: { order: string; command: ClosePosition } | null = null;
  #stop: { order: string; command: ProtectPosition } | null = null;

  play(step: Step): PositionRiskOutput[] {
    const { story } = this;
    const before = story.log.length;
    this.#seconds += step.gap / 1_000;
    const id = step.eth ? ETH : BTC;
    const amount = Decimal.scaled(BigInt(step.amount), 3).toString();
    const number = ++this.#steps;
    const last = story.commands.at(-1);
    const exit = this.#exit;
    const wanted = story.asked.at(-1);
    const stop = this.#stop;
    const price = this.#price[id]!.toFixed(2);
    const seconds = this.#seconds;
    switch (step.kind) {
      case 'trades':
        story.prices(
          id,
          ...step.drift.map((permille): [number, number] => [seconds, this.#walk(id, permille)]),
        );
        break;
      case 'enter':
        this.#order = story.enter(step.short ? 'short' : 'long', this.#plan(step, price), seconds, id);
        break;
      case 'fill':
      case 'foreign':
        story.fill(
          step.kind === 'fill' ? this.#order : 'foreign',
          step.short ? 'sell' : 'buy',
          amount,
          price,
          {
            id,
            seconds,
            fee: '0.01',
          },
        );
        break;
      case 'obey':
        if (last !== undefined) this.#exit = { order: story.obey(last, seconds), command: last };
        break;
      case 'exit-fill':
        if (exit !== null)
          story.fill(exit.order, exitSide(exit.command.direction), amount, this.#priceOf(exit.command), {
            id: exit.command.instrument,
            seconds,
            leaves: step.short ? '0' : '1',
          });
        break;
      case 'exit-end':
        if (exit !== null) story.ended('OrderCanceled', exit.order, step.short ? '0' : amount, seconds);
        break;
      case 'unknown':
        if (exit !== null) story.order('OrderUnknown', exit.order, seconds);
        break;
      case 'reject':
        if (exit !== null) story.order('OrderRejected', exit.order, seconds);
        break;
      case 'deny':
        if (last !== undefined) story.denied(last, 'HALTED', seconds);
        break;
      case 'night':
        this.#seconds += 86_400;
        story.time(this.#seconds);
        break;
      case 'time':
        story.time(seconds);
        break;
      case 'protect':
        if (wanted !== undefined && wanted !== stop?.command) {
          this.#stop = { order: story.protect(wanted, seconds), command: wanted };
          const type = amount.endsWith('7') ? 'OrderRejected' : 'OrderAccepted';
          story.order(type, this.#stop.order, seconds, null, wanted.instrument);
        }
        break;
      case 'stop-end':
        if (stop !== null) story.ended('OrderCanceled', stop.order, '0', seconds, stop.command.instrument);
        break;
      case 'stop-fill':
        if (stop !== null)
          story.fill(stop.order, exitSide(stop.command.direction), amount, this.#priceOf(stop.command), {
            ...{ id: stop.command.instrument, seconds, leaves: step.short ? '0' : '1' },
          });
        break;
      case 'cash':
        story.cash(step.short ? `-${amount}` : amount, step.eth ? 'funding' : 'deposit', number);
        break;
      case 'flatten':
        story.flatten(seconds, { commandId: `flatten-${number}` });
        break;
      case 'lift':
        story.setMode(`lift-${number}`, step.short ? 'halted' : 'active');
        break;
      default:
        step.kind satisfies never;
    }
    return story.log.slice(before);
  }

  #priceOf({ instrument }: Pick<ClosePosition, 'instrument'>): string {
    return this.#price[instrument]!.toFixed(2);
  }

  #walk(id: typeof BTC, permille: number): number {
    const price = Math.max(1, this.#price[id]! * (1 + permille / 1_000));
    this.#price[id] = Math.round(price * 100) / 100;
    return this.#price[id];
  }

  #plan(step: Step, price: string) {
    const far = d(price).times(d(step.short ? '1.01' : '0.99'));
    const target = step.amount % 2 === 0 ? d(price).times(d(step.short ? '0.98' : '1.02')) : null;
    return { ...PLAN, stopPrice: far, targetPrice: target, holdMaxUs: step.amount * 20_000 };
  }
}
