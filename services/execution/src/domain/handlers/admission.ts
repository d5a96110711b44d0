import {
  type AccountId,
  type Denial,
  haltScopeKey,
  type InstrumentId,
  type StrategyName,
  type TimeUs,
  type TradingModes,
} from '@algo/model';
import type { ReconciliationGate } from '../reconciliation-gate.ts';
import { deny } from './handler.ts';

/**
 * Who may pass at all, before any handler looks at the order itself. *Units*: `nowUs` the time of the
 * instrument's feed, `newestUs` that of all feeds. *Shape*: `noGuard` says why nobody would guard what is
 * entered; null while somebody would.
 */
export interface AdmissionContext {
  readonly nowUs: TimeUs;
  readonly newestUs: TimeUs;
  readonly noGuard: Denial | null;
  readonly account: AccountId;
  readonly gate: ReconciliationGate;
  readonly modes: TradingModes;
}

/** Returns why no entry may pass now, or null: the gate, halts, no guard that lives, its own expiry. */
export function admitEntry(
  context: AdmissionContext,
  entry: {
    readonly instrument: InstrumentId;
    readonly strategy: StrategyName | null;
    readonly expiresUs: TimeUs;
  },
): Denial | null {
  const { nowUs, newestUs, account, gate, modes } = context;
  if (!gate.isFresh(newestUs))
    return deny('GATE_CLOSED', {
      epoch: gate.state.epoch,
      account_stream: gate.state.isHeard ? 'heard' : 'lost',
      valid_until_us: gate.state.validUntilUs ?? 'closed',
      now_us: newestUs,
    });
  const limit = modes.binding({ account, instrument: entry.instrument, strategy: entry.strategy });
  if (limit !== null)
    return deny(limit.mode === 'halted' ? 'HALTED' : 'REDUCE_ONLY', { scope: haltScopeKey(limit.scope) });
  if (context.noGuard !== null) return context.noGuard;
  if (nowUs > entry.expiresUs) return deny('EXPIRED', { expires_us: entry.expiresUs, now_us: nowUs });
  return null;
}

/**
 * Returns why no exit may pass now, or null: the gate must have been open once in this epoch. No halt
 * binds an exit, whatever its reason: it is cut to what we hold, so it can only reduce.
 */
export function admitExit({ gate }: AdmissionContext): Denial | null {
  if (gate.state.openedOnce) return null;
  return deny('GATE_CLOSED', { epoch: gate.state.epoch, opened_once: 'no' });
}
