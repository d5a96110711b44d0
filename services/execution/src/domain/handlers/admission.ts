import {
  type AccountId,
  type Denial,
  haltScopeKey,
  type InstrumentId,
  type RuleBook,
  type StrategyName,
  type TimeUs,
  type TradingModes,
} from '@algo/model';
import type { ReconciliationGate } from '../reconciliation-gate.ts';
import type { RejectWatchState } from '../reject-watch.ts';
import type { SetupWatch } from '../setup-watch.ts';
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
  readonly setup: Pick<SetupWatch, 'against' | 'shut' | 'shortSpot'>;
  readonly rules: Pick<RuleBook, 'shut'>;
  readonly modes: TradingModes;
  readonly rejects: RejectWatchState;
}

/**
 * Returns why no entry may pass now, or null: gate, setup, what the exchange trades, halts, no guard, a shut
 * venue, its expiry.
 */
export function admitEntry(
  context: AdmissionContext,
  entry: {
    readonly instrument: InstrumentId;
    readonly strategy: StrategyName | null;
    readonly expiresUs: TimeUs;
  },
): Denial | null {
  const { nowUs, newestUs, account, gate, setup, modes, rules } = context;
  if (!gate.isFresh(newestUs))
    return deny('GATE_CLOSED', {
      epoch: gate.state.epoch,
      account_stream: gate.state.isHeard ? 'heard' : 'lost',
      valid_until_us: gate.state.validUntilUs ?? 'closed',
      now_us: newestUs,
    });
  const differs = gate.shut(entry.instrument);
  if (differs !== undefined) return deny('BOOKS_DIFFER', { reason: differs.reason });
  const unlike = setup.against ?? setup.shut.get(entry.instrument);
  if (unlike !== undefined) return deny('ACCOUNT_SETUP', { reason: unlike });
  const untraded = rules.shut.get(entry.instrument);
  if (untraded !== undefined) return deny('INSTRUMENT_SHUT', { reason: untraded });
  const limit = modes.binding({ account, instrument: entry.instrument, strategy: entry.strategy });
  if (limit !== null)
    return deny(limit.mode === 'halted' ? 'HALTED' : 'REDUCE_ONLY', { scope: haltScopeKey(limit.scope) });
  if (context.noGuard !== null) return context.noGuard;
  const shut = venueShut(context);
  if (shut !== null) return shut;
  if (nowUs > entry.expiresUs) return deny('EXPIRED', { expires_us: entry.expiresUs, now_us: nowUs });
  return null;
}

/**
 * Returns why no exit may pass now, or null: the gate must have been open once in this epoch, and the venue
 * must hold what is to be sold. No halt binds an exit, whatever its reason: it is cut to what we hold, so it
 * can only reduce.
 */
export function admitExit({ gate }: AdmissionContext, instrument: InstrumentId): Denial | null {
  if (!gate.state.openedOnce) return deny('GATE_CLOSED', { epoch: gate.state.epoch, opened_once: 'no' });
  const differs = gate.shut(instrument);
  return differs?.shutsExits === true ? deny('BOOKS_DIFFER', { reason: differs.reason }) : null;
}

/**
 * Returns why no order need be made now, or null: the venue has said that it takes none. A denied exit is no
 * attempt, so it waits without any and goes out when the venue is back.
 */
export function venueShut({ nowUs, rejects }: AdmissionContext): Denial | null {
  const { shutUntilUs } = rejects;
  return nowUs < shutUntilUs ? deny('VENUE_SHUT', { shut_until_us: shutUntilUs, now_us: nowUs }) : null;
}
