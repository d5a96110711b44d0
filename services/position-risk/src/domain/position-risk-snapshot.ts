import {
  type AccountId,
  Decimal,
  type InstrumentId,
  type OrderIntent,
  type PositionId,
  type StrategyName,
  type TimeUs,
} from '@algo/model';
import type { AccountGuardSnapshot } from './account-guard.ts';
import type { InstrumentBookSnapshot, KnownOrder } from './instrument-book.ts';

/** The one layout of a guard's snapshot that this build reads and writes. */
export const POSITION_RISK_SNAPSHOT_VERSION = 1;

/** An order's submission as it is stored. */
interface StoredOrder {
  readonly intent: OrderIntent;
  readonly strategy: StrategyName | null;
  readonly position: PositionId | null;
  readonly plan: {
    readonly stopPrice: string;
    readonly targetPrice: string | null;
    readonly trailing: string;
    readonly holdMaxUs: number;
  } | null;
}

/** All that the machine must not forget, as plain JSON: decimals are text. */
export interface PositionRiskSnapshot {
  readonly version: number;
  readonly account: AccountId;
  readonly started: boolean;
  readonly nowUs: TimeUs;
  readonly guard: AccountGuardSnapshot;
  readonly books: readonly (readonly [InstrumentId, InstrumentBookSnapshot])[];
  readonly orders: readonly (readonly [string, StoredOrder])[];
  readonly fills: readonly (readonly [string, string])[];
  readonly commands: readonly (readonly [string, true])[];
}

/** Returns known orders as they are stored. */
export function storedOrders(orders: readonly (readonly [string, KnownOrder])[]): [string, StoredOrder][] {
  return orders.map(([id, order]) => [id, storedOrder(order)]);
}

/** Returns the known orders that were stored. */
export function knownOrders(stored: readonly (readonly [string, StoredOrder])[]): [string, KnownOrder][] {
  return stored.map(([id, order]) => [id, knownOrder(order)]);
}

function storedOrder(order: KnownOrder): StoredOrder {
  const { intent, strategy, position, plan } = order;
  return {
    intent,
    strategy,
    position,
    plan:
      plan === null
        ? null
        : {
            stopPrice: plan.stopPrice.toString(),
            targetPrice: plan.targetPrice?.toString() ?? null,
            trailing: plan.trailing.toString(),
            holdMaxUs: Number.isFinite(plan.holdMaxUs) ? plan.holdMaxUs : 0,
          },
  };
}

function knownOrder(stored: StoredOrder): KnownOrder {
  const { intent, strategy, position, plan } = stored;
  return {
    intent,
    strategy,
    position,
    plan:
      plan === null
        ? null
        : {
            stopPrice: Decimal.of(plan.stopPrice),
            targetPrice: plan.targetPrice === null ? null : Decimal.of(plan.targetPrice),
            trailing: Decimal.of(plan.trailing),
            holdMaxUs: plan.holdMaxUs,
          },
  };
}
