import { type Fill, type InstrumentId, instrumentId } from '@algo/model';
import { VenueMachine } from '@algo/paper-venue/domain';
import type { SimulatedEngine } from '../simulated-engine.ts';
import { ACCOUNT } from '../stage.ts';
import { isOutside } from './fill-signs.ts';
import { micros } from './judge-notes.ts';
import { namedFills } from './named-fills.ts';
import type { Scenario, Target } from './scenario.ts';
import type { StormHouse } from './storm-house.ts';
import type { VenueTruth } from './venue-truth.ts';

const INSTRUMENTS = ['synthetic.spot.ALGOUSD', 'synthetic.perp.BNBUSD', 'synthetic.spot.ETHUSD'].map((id) =>
  instrumentId(id),
);
const IDENTITY = `paper-venue.${ACCOUNT}`;
/** All must be settled by so long after the healing. *Units*: virtual ms. */
const SETTLE_MS = 90_000;
/** *Units*: ms of execution's time alive. A new life proves an absence from its own beginning on. */
const DOUBT_MAX_MS = 24_000;
/** What was asked too often turns all away for so long. */
const BANNED_MS = 12_000;
/** The longest audit, and more. */
const TOLD_WITHIN_MS = 25_000;
/** And this long a stop that guards nothing: its cancel goes out behind what is under way. *Units*: ms. */
const WITHDRAWN_WITHIN_MS = 3_000;
const NOTHING: ReadonlyMap<string, Fill> = new Map();

/** The paper exchange as the house of a storm: it is a process among the others, and hears what they hear. */
export class PaperHouse implements StormHouse {
  readonly targets: readonly Target[] = ['execution', 'position-risk', 'reconcile', 'paper-venue'];
  readonly instruments: readonly InstrumentId[];
  readonly environment: Readonly<Record<string, string>>;
  readonly truth: VenueTruth;
  readonly settleMs = SETTLE_MS;
  onBroken: StormHouse['onBroken'] = () => {};
  readonly #engine: () => SimulatedEngine;
  readonly #isPaperHeard: () => boolean;

  constructor(
    { vices, isWide }: Scenario,
    inputsMax: number,
    engine: () => SimulatedEngine,
    isPaperHeard: () => boolean,
  ) {
    this.#engine = engine;
    this.#isPaperHeard = isPaperHeard;
    this.instruments = INSTRUMENTS.slice(0, isWide ? 3 : 2);
    this.environment = {
      ALGO_INSTRUMENTS_FILE: 'test/simulation/storm/instruments.yaml',
      ALGO_INSTRUMENTS: this.instruments.join(','),
      ALGO_PAPER_VICES: `${vices}${vices && ', '}inputsMax=${inputsMax}`,
    };
    this.truth = this.#truthOf(vices);
  }

  traded(): void {}

  nowMs(): number {
    return this.#engine().clock.nowMs();
  }

  begin(): void {}

  end(): void {}

  happens(): void {}

  isHeard(): boolean {
    return this.#isPaperHeard();
  }

  /** What the exchange knows, by its own books alone. */
  #truthOf(vices: string): VenueTruth {
    const all = namedFills(() => true);
    const outside = namedFills(({ clientOrderId }) => isOutside(clientOrderId));
    const venue = () => {
      const machine = this.#engine().isUp(IDENTITY) ? this.#engine().machineOf(IDENTITY) : undefined;
      return machine instanceof VenueMachine ? machine.venue : undefined;
    };
    // What was told to nobody is learned from looks alone: where these are old, only when all is over.
    const isOld = /readsBehind|readShort/.test(vices);
    // While it turns us away it can't be asked.
    const bannedMs = /requestsPer10s/.test(vices) ? BANNED_MS : 0;
    return {
      patience: {
        doubtMs: isOld ? Number.POSITIVE_INFINITY : DOUBT_MAX_MS + bannedMs,
        toldMs: isOld ? Number.POSITIVE_INFINITY : TOLD_WITHIN_MS,
        withdrawnMs: WITHDRAWN_WITHIN_MS,
      },
      fills: () => all(venue()?.fillsSince(ACCOUNT, 0)),
      outside: () => {
        if (!vices.includes('boughtByHand')) return NOTHING;
        return outside(venue()?.fillsSince(ACCOUNT, 0));
      },
      cash: () =>
        venue()
          ?.cashSince(ACCOUNT, 0)
          .map(({ venueMoveId, amount, asset }) => `${venueMoveId} ${amount} ${asset}`),
      moved: () => [],
      // A question for its events that nobody answers is no stream that seems to live.
      isUnheard: () => false,
      order: (id) => {
        const lookup = venue()?.order(ACCOUNT, id as never);
        if (lookup?.type !== 'found') return lookup?.type === 'absent' ? 'absent' : undefined;
        return ['open', 'accepted', 'partially_filled'].includes(lookup.order.status) ? 'open' : 'ended';
      },
      held: () => {
        const positions = venue()?.positions(ACCOUNT);
        return positions && new Map(positions.map((one) => [one.instrument, micros(one.quantity)]));
      },
    };
  }
}
