import type { Fact } from '@algo/contracts';
import {
  type CashMoved,
  type CorrectionMade,
  type Decision,
  type EventId,
  eventId,
  hashId,
  imbalanceOf,
  isTransfer,
  type OrderEvent,
  orderReasonWords,
  type PositionEvent,
  type Signal,
  US_PER_HOUR,
} from '@algo/model';
import type { Notice, Priority } from './notice.ts';
import { riskNotice } from './risk-notice.ts';
import { systemNotice } from './system-notice.ts';
import {
  amountText,
  durationText,
  instrumentText,
  percentText,
  plain,
  signedText,
  symbolText,
  toned,
  type Wording,
  worded,
} from './wording.ts';

/**
 * Returns what to tell people of a fact, or null when it
 * isn't worth a mail. The notice carries the fact's own id, or that of a story which several facts tell.
 */
export function noticeOf(id: EventId, fact: Fact): Notice | null {
  const wording = wordingOf(fact);
  return wording === null ? null : { id: storyOf(fact) ?? id, ...wording };
}

/**
 * Returns the id of what comes again with each comparison while nothing changes: told once, and once an hour
 * while it stands. Null for a fact that is news by itself.
 */
function storyOf({ name, body }: Fact): EventId | null {
  if (name !== 'ReconciliationCompleted' && name !== 'ReconciliationFailed') return null;
  const { account, asOfUs } = body;
  const found = name === 'ReconciliationFailed' ? body.reasons : body.discrepancies.map(differing);
  return eventId(hashId(name, account, Math.floor(asOfUs / US_PER_HOUR), ...found));
}

/** Amounts move with each fill; that a balance differs is one story. */
function differing({ class: kind, subject }: { readonly class: string; readonly subject: string }): string {
  return `${kind} ${subject}`;
}

function wordingOf(fact: Fact): Wording | null {
  switch (fact.name) {
    case 'SignalGenerated':
      return signalNotice(fact.body);
    case 'DecisionMade':
      return decisionNotice(fact.body);
    case 'PositionOpened':
    case 'PositionClosed':
      return positionNotice(fact.body);
    case 'OrderRejected':
    case 'OrderDenied':
    case 'OrderUnknown':
    case 'OrderQuarantined':
      return orderNotice(fact.body);
    case 'CorrectionMade':
      return correctionNotice(fact.body);
    case 'CashMoved':
      return cashNotice(fact.body);
    case 'DrawdownLevelChanged':
    case 'PortfolioHealth':
    case 'TradingModeChanged':
    case 'PrintSetAside':
      return riskNotice(fact.body);
    case 'ServiceStarted':
    case 'ServiceStopped':
    case 'FeedDisconnected':
    case 'ReconciliationFailed':
    case 'ReconciliationCompleted':
    case 'CommandRefused':
    case 'DeadLetter':
    case 'StreamsFilling':
      return systemNotice(fact);
    default: // read along with the rest of its family
      return null;
  }
}

function signalNotice({ direction, state }: Signal): Wording {
  const flow = state.flow.map((flow) => `${flow.window} ${ratioWords(imbalanceOf(flow))}`).join(', ');
  const rows = [
    plain('Symbol', instrumentText(state.instrument)),
    plain('Side', direction),
    plain('Price', String(state.price)),
    plain('Buy to sell', flow === '' ? 'not available' : flow),
    plain('Data', state.complete ? 'complete' : 'with gaps'),
  ];
  const title = `Signal: ${direction} ${symbolText(state.instrument)} at ${state.price}`;
  return worded('signal', 'warning', title, rows, state.timeUs);
}

/** Says a ratio; a window without sells has none that is finite. */
function ratioWords(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(2) : 'only buys';
}

function decisionNotice(decision: Decision): Wording | null {
  if (decision.outcome.type === 'refused') return null;
  const { confluence, confluenceMax, conviction, direction, instrument, price, strategy } = decision;
  const score = confluence === null ? 'not scored' : `${confluence} of ${confluenceMax} (${conviction})`;
  const side = direction ?? 'no side';
  const rows = [
    plain('Symbol', instrumentText(instrument)),
    plain('Side', side),
    plain('Price', String(price)),
    plain('Confluence', score),
    plain('Strategy', `${strategy}, ${decision.configuration}`),
    plain('Decision', decision.id),
  ];
  const title = `Entry decided: ${side} ${symbolText(instrument)} at ${price}, confluence ${score}`;
  return worded('signal', 'warning', title, rows, decision.timeUs);
}

function positionNotice(
  fact: Extract<PositionEvent, { type: 'PositionOpened' | 'PositionClosed' }>,
): Wording {
  const { position, timeUs } = fact;
  const name = `${position.direction} ${symbolText(position.instrument)}`;
  const head = [
    plain('Symbol', instrumentText(position.instrument)),
    plain('Side', position.direction),
    plain('Entry price', amountText(position.averagePrice)),
  ];
  if (fact.type === 'PositionOpened') {
    const quantity = amountText(position.quantity);
    const rows = [
      ...head,
      plain('Quantity', quantity),
      plain('Stop', amountText(fact.stopPrice)),
      plain('Strategy', position.strategy),
    ];
    const title = `Opened ${name}: ${quantity} at ${amountText(position.averagePrice)}`;
    return worded('position_opened', 'info', title, rows, timeUs);
  }
  const percent = percentText(fact.returnPercent);
  const net = signedText(fact.netPnl);
  const rows = [
    ...head,
    plain('Exit price', amountText(fact.exitPrice)),
    toned('P&L after fees', `${net} (${percent})`, fact.netPnl),
    plain('Fees', amountText(position.fees)),
    plain('Reason', fact.reason.replaceAll('_', ' ')),
    plain('Held', durationText(timeUs - position.openedUs)),
    plain('Strategy', position.strategy),
  ];
  return worded('position_closed', 'info', `Closed ${name}: ${percent} (${net})`, rows, timeUs);
}

function orderNotice(
  fact: Extract<OrderEvent, { type: 'OrderRejected' | 'OrderDenied' | 'OrderUnknown' | 'OrderQuarantined' }>,
): Wording | null {
  // A stop that can't rest just now is asked for again, and our own guards: a person hears when that fails.
  if (fact.type === 'OrderDenied' && fact.intent === 'protection') return null;
  const symbol = symbolText(fact.instrument);
  const rows = [
    plain('Symbol', instrumentText(fact.instrument)),
    plain('Order', fact.clientOrderId),
    plain('Account', fact.account),
  ];
  const failed = (priority: Priority, title: string, reason: string) =>
    worded('order_failed', priority, title, [...rows, plain('Reason', reason)], fact.timeUs);
  switch (fact.type) {
    case 'OrderRejected':
      return failed('critical', `Order rejected by the venue: ${symbol}`, orderReasonWords(fact.reason));
    case 'OrderUnknown':
      return failed('critical', `Order outcome unknown: ${symbol}`, orderReasonWords(fact.reason));
    case 'OrderQuarantined': {
      const problem = fact.problem.replaceAll('_', ' ');
      const booked = fact.booked ? 'booked none the less' : 'nothing was booked';
      const title = `ACTION REQUIRED: ${symbol}, entries stopped over a contradiction: ${problem}`;
      return failed('critical', title, `${fact.detail}; ${booked}`);
    }
    case 'OrderDenied': {
      const { code, detail } = fact.denial;
      // Our own limits at work: worth knowing, not worth waking anyone.
      return failed(
        'warning',
        `Order denied: ${symbol}, ${code}`,
        detail === '' ? code : `${code} ${detail}`,
      );
    }
    default:
      return fact satisfies never;
  }
}

/** What is gone from the venue wants a person: nobody knows how it went. */
function correctionNotice(correction: CorrectionMade): Wording {
  const { account, instrument, before, own, beside, price, reason, evidence, by, timeUs } = correction;
  const rows = [
    plain('Symbol', instrumentText(instrument)),
    plain('Account', account),
    plain('In our books before', amountText(before)),
    plain('In our books now', amountText(own)),
    plain('Beside it at the venue', amountText(beside)),
    plain('Counted at', price.isZero() ? 'no price is known' : amountText(price)),
    plain('Reason', reason),
    plain('Evidence', evidence.length === 0 ? 'none' : evidence.join('; ')),
    plain('By', by ?? 'the engine'),
  ];
  const change = `${amountText(before)} to ${amountText(own)} (${reason})`;
  const title = `Books corrected: ${symbolText(instrument)}, ${change}`;
  return worded('reconciliation', reason === 'gone' ? 'critical' : 'warning', title, rows, timeUs);
}

/** Funding comes every few hours and wakes nobody; money that somebody took or put there may be a theft. */
function cashNotice({ account, asset, amount, reason, venueMoveId, timeUs }: CashMoved): Wording | null {
  if (!isTransfer({ reason })) return null;
  const rows = [
    plain('Account', account),
    plain('Amount', `${signedText(amount)} ${asset}`),
    plain('Named by the venue', venueMoveId),
    plain('What follows', 'it counts as no profit and no loss'),
  ];
  const title = `Cash ${reason}: ${signedText(amount)} ${asset}`;
  return worded('portfolio_health', reason === 'deposit' ? 'info' : 'warning', title, rows, timeUs);
}
