import {
  type CashMove,
  type CashReason,
  type CorrectionMade,
  type CorrectionReason,
  type Decimal,
  type Decision,
  type DustCause,
  type DustChanged,
  isoTime,
  type OrderEvent,
  type OrderIntent,
  orderReasonWords,
  type PositionEvent,
  type TimeUs,
} from '@algo/model';
import { codeWords, withDetail } from './code-words.ts';
import { entrySummary } from './entry-lines.ts';
import type { JournalFact } from './journal-entry.ts';
import { requestWords } from './order-list.ts';
import { commandWords } from './person-list.ts';
import { isPositionFact } from './position-list.ts';

/**
 * Returns a fact as one line for people: time, instrument, and what happened with its numbers. `intent`: why
 * the order exists that it is about.
 */
export function wordsOf(fact: JournalFact, timeUs: TimeUs, intent: OrderIntent | undefined): string {
  const [instrument, words] = told(fact, intent);
  return `${isoTime(timeUs).slice(0, -4).replace('T', ' ')}  ${instrument}  ${words}`;
}

function told(fact: JournalFact, intent: OrderIntent | undefined): [string, string] {
  if (fact.name === 'SignalGenerated') {
    const { direction, state } = fact.body;
    return [state.instrument, `signal: ${direction} at ${state.price}`];
  }
  if (isPositionFact(fact)) return [fact.body.position.instrument, positionWords(fact.body)];
  switch (fact.name) {
    case 'EntryStanding':
      return [fact.body.account, entrySummary(fact.body)];
    case 'SetTradingMode':
    case 'FlattenAll':
    case 'CancelOrders':
    case 'CorrectBooks':
    case 'CompareBooks': {
      const { by, reason } = fact.body;
      return [by, `asked for ${commandWords(fact.body)}: ${reason}`];
    }
    case 'CommandRefused':
      return [fact.body.commandId, `refused: ${fact.body.reason}`];
    case 'CashMoved':
      return [fact.body.account, cashWords(fact.body)];
    case 'CorrectionMade':
      return [fact.body.instrument, correctionWords(fact.body)];
    case 'DustChanged':
      return [fact.body.instrument, dustWords(fact.body)];
    case 'DecisionMade':
      return [fact.body.instrument, decisionWords(fact.body)];
    default:
      return [fact.body.instrument, orderWords(fact.body, intent ?? "somebody else's order")];
  }
}

function decisionWords(decision: Decision): string {
  const { outcome, strategy, direction, price, confluence, confluenceMax, conviction, level } = decision;
  const points = confluence === null ? '' : `, confluence ${confluence} of ${confluenceMax} (${conviction})`;
  if (outcome.type === 'accepted') return `decided: ${direction} at ${price} by ${strategy}${points}`;
  const why = withDetail(codeWords(outcome.code), outcome.detail);
  return `decided: no trade by ${strategy}, stopped at level ${level}: ${why}${points}`;
}

function orderWords(event: Exclude<OrderEvent, { type: 'OrderUnknown' }>, intent: string): string {
  switch (event.type) {
    case 'OrderDenied':
      return `${intent} denied: ${withDetail(codeWords(event.denial.code), event.denial.detail)}`;
    case 'OrderSubmitted':
      return `${intent} ${sentAs(event)}: ${requestWords(event.request)}`;
    case 'OrderAccepted':
      return `${intent} accepted by the venue`;
    case 'OrderRejected':
      return `${intent} rejected by the venue: ${orderReasonWords(event.reason)}`;
    case 'OrderFilled': {
      const { side, quantity, price, fee, feeAsset } = event.fill;
      const rest = event.leaves.isZero() ? 'complete' : `${event.leaves} left`;
      return `${intent} filled: ${side} ${quantity} at ${price}, fee ${fee} ${feeAsset}, ${rest}`;
    }
    case 'OrderCanceled':
      return `${intent} canceled after ${event.cumulative}: ${orderReasonWords(event.reason)}`;
    case 'OrderExpired':
      return `${intent} expired after ${event.cumulative}: ${orderReasonWords(event.reason)}`;
    case 'OrderQuarantined':
      return `${intent} contradicts our books: ${withDetail(codeWords(event.problem), event.detail)}`;
    default:
      return event satisfies never;
  }
}

function sentAs({ retryOf, replaces }: Extract<OrderEvent, { type: 'OrderSubmitted' }>): string {
  if (retryOf !== null) return 'priced anew';
  return replaces === null ? 'sent' : 'sent in place of the stop at the venue';
}

function positionWords(event: PositionEvent): string {
  const { direction, quantity, averagePrice } = event.position;
  switch (event.type) {
    case 'PositionOpened':
      return `position opened: ${direction} ${quantity} at ${averagePrice}, stop ${event.stopPrice}`;
    case 'PositionIncreased':
      return `position grew by ${event.by} at ${event.price}: ${direction} ${quantity} at ${averagePrice}`;
    case 'PositionReduced':
      return `position shrank by ${event.by} at ${event.price}: ${direction} ${quantity} left`;
    case 'StopMoved':
      return `stop moved: ${event.from} → ${event.to}, best price ${event.bestPrice}`;
    case 'ExitTriggered':
      return (
        `exit wanted: ${codeWords(event.reason)}, price ${event.triggerPrice} at level ${event.level}` +
        (event.detail === null ? '' : ` (${event.detail})`)
      );
    case 'PositionClosed':
      return (
        `position closed: ${direction} at ${event.exitPrice}, result ${signed(event.netPnl)} ` +
        `(${signed(event.returnPercent.rounded(2, 'half-even'))} %), ${codeWords(event.reason)}`
      );
    default:
      return event satisfies never;
  }
}

const CORRECTED = {
  spent: 'another order was paid from it',
  gone: 'the venue has no more, and nothing shows why',
  dust: 'the rest is too little for an order',
  restated: 'the guard had another quantity',
  adopted: 'adopted',
  forgotten: 'forgotten',
  acknowledged: 'acknowledged',
} as const satisfies Record<CorrectionReason, string>;

/** Returns what a correction did to our book of an instrument, and why. */
export function correctionWords({ before, own, beside, reason, by, evidence }: CorrectionMade): string {
  const apart = beside.isZero() ? '' : `, ${beside} beside it`;
  const why = [CORRECTED[reason], ...(by === null ? [] : [`by ${by}`]), ...evidence].join('; ');
  return `books corrected: ${before} → ${own}${apart}: ${why}`;
}

const CASH = {
  deposit: 'deposited',
  withdrawal: 'withdrawn',
  funding: 'funding',
  other: 'interest and the like',
} as const satisfies Record<CashReason, string>;

/** Returns what cash came or went without a trade, and why. */
export function cashWords({ amount, asset, reason }: Pick<CashMove, 'amount' | 'asset' | 'reason'>): string {
  return `cash ${CASH[reason]}: ${signed(amount)} ${asset}`;
}

const DUST = {
  left: 'left over, too little for an order',
  joined: 'part of the new position',
  netted: 'taken by a fill the other way',
  for_sale: 'enough to be sold again',
  corrected: 'books corrected',
} as const satisfies Record<DustCause, string>;

function dustWords({ cause, quantity, price, realized }: DustChanged): string {
  const made = realized.isZero() ? '' : `, result ${signed(realized)}`;
  return `dust ${DUST[cause]}: ${quantity} at ${price}${made}`;
}

function signed(value: Decimal): string {
  return value.isNegative() || value.isZero() ? value.toString() : `+${value}`;
}
