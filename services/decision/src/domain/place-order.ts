import { type AccountId, hashId, type PlaceOrder, type TimeUs } from '@algo/model';
import type { Proposal } from '@algo/strategy';
import { type Cause, decisionIdOf } from './decision-record.ts';
import type { EntryPlan } from './entry-plan.ts';

/**
 * Returns the entry order of an accepted proposal: a limit, immediate or post-only as the configuration says,
 * whose command id follows from the decision.
 */
export function placeOrderOf(
  cause: Cause,
  proposal: Proposal,
  entry: Extract<EntryPlan, { type: 'planned' }>,
  account: AccountId,
  expiryUs: TimeUs,
): PlaceOrder {
  const { state, instrument, strategy, config } = cause;
  const decision = decisionIdOf(cause);
  return {
    type: 'PlaceOrder',
    commandId: hashId('place', decision),
    decision,
    strategy: strategy.name,
    account,
    instrument: instrument.id,
    direction: proposal.direction,
    orderType: 'limit',
    timeInForce: config.postOnly ? 'post_only' : 'ioc',
    quantity: entry.quantity,
    limitPrice: entry.limitPrice,
    plan: entry.plan,
    timeUs: state.timeUs,
    expiresUs: state.timeUs + expiryUs,
  };
}
