import {
  Decimal,
  type ExitPlan,
  type Fill,
  InputError,
  type InstrumentId,
  type OrderRequest,
  type StandingMode,
  type TimeUs,
} from '@algo/model';
import type { LedgerState, Tracked } from './order-ledger.ts';
import type { Order } from './order-state-machine.ts';
import type { NetPosition } from './position-book.ts';
import type { GateState } from './reconciliation-gate.ts';
import type { ReferencePrice } from './reference-price.ts';

/** A value as JSON can carry it: exact decimals become texts. */
export type Plain<T> = T extends Decimal
  ? string
  : T extends string | number | boolean | null
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Plain<Item>[]
      : { readonly [Key in keyof T]: Plain<T[Key]> };

/** The one layout of an execution snapshot that this build reads and writes. */
export const EXECUTION_SNAPSHOT_VERSION = 2;

/** All that the engine knows, apart from its settings. */
export interface ExecutionState {
  readonly account: string;
  readonly nowUs: TimeUs;
  readonly gate: GateState;
  readonly modes: readonly StandingMode[];
  readonly prices: readonly ({ readonly instrument: InstrumentId } & ReferencePrice)[];
  readonly positions: readonly NetPosition[];
  readonly ledger: LedgerState;
  readonly commands: readonly string[];
  readonly entryTimes: readonly TimeUs[];
}

/** The state as it is stored: plain JSON, with the version of its layout. */
export type ExecutionSnapshot = Plain<ExecutionState> & { readonly version: number };

/** Returns the state as a plain value. */
export function toSnapshot(state: ExecutionState): ExecutionSnapshot {
  return { version: EXECUTION_SNAPSHOT_VERSION, ...plain(state) };
}

/** Returns the state that a snapshot holds. *Errors*: InputError on a version this build doesn't know. */
export function fromSnapshot(snapshot: ExecutionSnapshot): ExecutionState {
  if (snapshot.version !== EXECUTION_SNAPSHOT_VERSION)
    throw new InputError({
      field: 'execution snapshot version',
      value: snapshot.version,
      because: `this build reads version ${EXECUTION_SNAPSHOT_VERSION}`,
      remedy: 'Start the build that wrote it, or rebuild the state from the order events.',
    });
  const { version: _, ...state } = snapshot;
  return {
    ...state,
    prices: state.prices.map((p) => ({ ...p, price: Decimal.of(p.price) })),
    positions: state.positions.map((p) => ({
      ...p,
      quantity: Decimal.of(p.quantity),
      lastPrice: Decimal.of(p.lastPrice),
    })),
    ledger: {
      ...state.ledger,
      open: state.ledger.open.map(readTracked),
      closed: state.ledger.closed.map(readTracked),
    },
  };
}

function plain<T>(value: T): Plain<T> {
  return plainValue(value) as Plain<T>;
}

function plainValue(value: unknown): unknown {
  if (value instanceof Decimal) return value.toString();
  if (Array.isArray(value)) return value.map(plainValue);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plainValue(field)]));
}

function readTracked(t: Plain<Tracked>): Tracked {
  return { ...t, order: readOrder(t.order), venueCumulative: Decimal.of(t.venueCumulative) };
}

function readOrder(order: Plain<Order>): Order {
  return {
    ...order,
    request: readRequest(order.request),
    plan: order.plan === null ? null : readPlan(order.plan),
    fills: order.fills.map(readFill),
    cumulative: Decimal.of(order.cumulative),
  };
}

function readRequest(request: Plain<OrderRequest>): OrderRequest {
  const limitPrice = request.limitPrice === null ? null : Decimal.of(request.limitPrice);
  return { ...request, quantity: Decimal.of(request.quantity), limitPrice };
}

function readPlan(plan: Plain<ExitPlan>): ExitPlan {
  return {
    ...plan,
    stopPrice: Decimal.of(plan.stopPrice),
    targetPrice: plan.targetPrice === null ? null : Decimal.of(plan.targetPrice),
    trailing: Decimal.of(plan.trailing),
  };
}

function readFill(fill: Plain<Fill>): Fill {
  return {
    ...fill,
    quantity: Decimal.of(fill.quantity),
    price: Decimal.of(fill.price),
    fee: Decimal.of(fill.fee),
  };
}
