import type { InstrumentId } from '@algo/model';
import type { OpenExchange } from '@algo/venues';
import type { SimulatedLife } from '../simulated-life.ts';
import type { Invariant } from './invariants.ts';
import type { Leaving } from './leaving.ts';
import type { Fault, Target } from './scenario.ts';
import type { VenueStep } from './venue-steps.ts';
import type { VenueTruth } from './venue-truth.ts';

/** The exchange of a storm, and what of the world follows from which one it is. */
export interface StormHouse {
  /** The processes that live in the storm. */
  readonly targets: readonly Target[];
  readonly instruments: readonly InstrumentId[];
  /** What services are configured by beside the rest. */
  readonly environment: Readonly<Record<string, string>>;
  readonly truth: VenueTruth;
  /** All must be settled by so long after the healing. *Units*: virtual ms. */
  readonly settleMs: number;
  /** Opens it for a life; the paper exchange is asked over the bus. `leaves`: an order or a cancel does. */
  readonly openFor?: (life: SimulatedLife, leaves: (leaving: Leaving) => void) => Promise<OpenExchange>;
  /** Somebody trades there. */
  traded(n: number, price: number, quantity: number): void;
  /** Its time: that of the trades. *Units*: virtual ms. */
  nowMs(): number;
  /** Begins, or ends, what goes wrong with the exchange itself. */
  begin(fault: Fault): void;
  end(fault: Fault): void;
  /** Something happens to the account there that no order of ours does. */
  happens(step: VenueStep): void;
  /** Told where something reached it that must not. */
  onBroken: (invariant: Invariant, detail: string) => void;
  /** Whether it is there and can be reached. */
  isHeard(): boolean;
}
