import type { Fact } from '@algo/contracts';
import { venueOf } from '@algo/model';
import type { NotableFact } from '../domain/index.ts';

/** Returns what a fact says, in the messenger's words; null when it is nothing to tell anybody. */
export function readFact(fact: Fact): NotableFact | null {
  switch (fact.name) {
    case 'OrderDenied':
    case 'OrderSubmitted':
    case 'OrderAccepted':
    case 'OrderRejected':
    case 'OrderUnknown':
    case 'OrderFilled':
    case 'OrderCanceled':
    case 'OrderExpired':
    case 'OrderQuarantined':
    case 'PositionOpened':
    case 'PositionIncreased':
    case 'PositionReduced':
    case 'PositionClosed':
    case 'StopMoved':
    case 'ExitTriggered':
    case 'EquityMarked':
    case 'PrintSetAside':
    case 'DrawdownLevelChanged':
    case 'TradingModeChanged':
      return fact.body;
    case 'SignalGenerated':
      return { type: 'SignalRaised', signal: fact.body };
    case 'DecisionMade':
      return { type: 'DecisionMade', decision: fact.body };
    case 'FeedDisconnected': {
      const { instrument, reason, timeUs } = fact.body;
      const [venue, purpose] = [venueOf(instrument), `trades of ${instrument}`];
      return { type: 'ConnectionLost', venue, purpose, reason, timeUs };
    }
    case 'ReconciliationFailed': {
      const { account, reasons, asOfUs: timeUs } = fact.body;
      return { type: 'ReconciliationFailed', account, reason: reasons.join('; '), timeUs };
    }
    case 'ReconciliationCompleted':
      return discrepancyIn(fact.body);
    case 'CommandRefused':
      return { type: 'CommandRefused', ...fact.body };
    case 'ServiceStarted':
      return { type: 'ServiceRestored', service: fact.body.instance, timeUs: fact.body.timeUs };
    case 'ServiceStopped': {
      const { instance: service, reason, timeUs } = fact.body;
      return { type: 'ServiceDown', service, reason, timeUs };
    }
    case 'DeadLetter': {
      const { consumer: service, subject, reason, timeUs } = fact.body;
      return { type: 'MessageDeadLettered', service, subject, reason, timeUs };
    }
    default:
      return null;
  }
}

function discrepancyIn({
  account,
  discrepancies,
  asOfUs: timeUs,
}: Extract<Fact, { name: 'ReconciliationCompleted' }>['body']): NotableFact | null {
  const [first, ...others] = discrepancies;
  if (first === undefined) return null;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  const kind = `${first.class} of ${first.subject}${more}`;
  const { before: ours, after: venues } = first;
  return { type: 'ReconciliationDiscrepancy', account, instrument: null, kind, ours, venues, timeUs };
}
