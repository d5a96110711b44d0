import type { InboundMessage } from '@algo/bus';
import { codecs, familyOf, feedEvents, orderEvents, positionEvents, riskEvents } from '@algo/contracts';
import { instrumentParts } from '@algo/model';
import type { NotableFact } from '../domain/index.ts';

/** Returns what a message says, in the messenger's words; null when it is nothing to tell anybody. */
export function readFact(message: InboundMessage): NotableFact | null {
  switch (familyOf(message.subject)) {
    case 'ord.evt':
      return orderEvents.decode(message.type, message.data);
    case 'pos.evt':
      return positionEvents.decode(message.type, message.data);
    case 'risk.evt':
      return riskEvents.decode(message.type, message.data);
    case 'an.signal':
      return { type: 'SignalRaised', signal: codecs.SignalGenerated.decode(message.data) };
    case 'dec.made':
      return message.type === codecs.DecisionMade.type
        ? { type: 'DecisionMade', decision: codecs.DecisionMade.decode(message.data) }
        : null;
    case 'md.feed':
      return feedFact(message);
    case 'rec.run':
      return reconciliationFact(message);
    case 'sys.service':
      return serviceFact(message);
    case 'dlq.letter': {
      const letter = codecs.DeadLetter.decode(message.data);
      return {
        type: 'MessageDeadLettered',
        service: letter.consumer,
        subject: letter.subject,
        reason: letter.reason,
        timeUs: letter.timeUs,
      };
    }
    default:
      return null;
  }
}

function feedFact(message: InboundMessage): NotableFact | null {
  const event = feedEvents.decode(message.type, message.data);
  if (event.type === 'FeedDisconnected')
    return {
      type: 'ConnectionLost',
      venue: instrumentParts(event.instrument).venue,
      purpose: `trades of ${event.instrument}`,
      reason: event.reason,
      timeUs: event.timeUs,
    };
  return null;
}

function reconciliationFact(message: InboundMessage): NotableFact | null {
  if (message.type === codecs.ReconciliationFailed.type) {
    const failed = codecs.ReconciliationFailed.decode(message.data);
    return {
      type: 'ReconciliationFailed',
      account: failed.account,
      reason: failed.reasons.join('; '),
      timeUs: message.timeUs,
    };
  }
  const completed = codecs.ReconciliationCompleted.decode(message.data);
  const [first, ...others] = completed.discrepancies;
  if (first === undefined) return null;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return {
    type: 'ReconciliationDiscrepancy',
    account: completed.account,
    instrument: null,
    kind: `${first.class} of ${first.subject}${more}`,
    ours: first.before,
    venues: first.after,
    timeUs: message.timeUs,
  };
}

function serviceFact(message: InboundMessage): NotableFact | null {
  if (message.type !== codecs.ServiceStopped.type && message.type !== codecs.ServiceStarted.type) return null;
  const life = codecs.ServiceStopped.decode(message.data);
  return message.type === codecs.ServiceStopped.type
    ? { type: 'ServiceDown', service: life.instance, reason: life.reason, timeUs: life.timeUs }
    : { type: 'ServiceRestored', service: life.instance, timeUs: life.timeUs };
}
