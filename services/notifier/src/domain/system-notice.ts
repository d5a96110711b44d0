import type { DaySummarized, SystemFact } from './notable-fact.ts';
import { durationText, plain, type Wording, worded } from './wording.ts';

/** Returns what to tell when the machinery itself has news. */
export function systemNotice(fact: Exclude<SystemFact, DaySummarized>): Wording {
  const { timeUs } = fact;
  switch (fact.type) {
    case 'ServiceDown': {
      const rows = [plain('Service', fact.service), plain('Reason', fact.reason)];
      return worded('service', 'critical', `Service down: ${fact.service}`, rows, timeUs);
    }
    case 'ServiceRestored':
      return worded(
        'service',
        'info',
        `Service back: ${fact.service}`,
        [plain('Service', fact.service)],
        timeUs,
      );
    case 'ConnectionLost': {
      const rows = [
        plain('Venue', fact.venue),
        plain('Connection', fact.purpose),
        plain('Reason', fact.reason),
      ];
      return worded('connection', 'critical', `Connection lost: ${fact.venue} ${fact.purpose}`, rows, timeUs);
    }
    case 'ConnectionRestored': {
      const down = durationText(fact.downUs);
      const rows = [plain('Venue', fact.venue), plain('Connection', fact.purpose), plain('Was gone', down)];
      const title = `Connection restored: ${fact.venue} ${fact.purpose} after ${down}`;
      return worded('connection', 'critical', title, rows, timeUs);
    }
    case 'CriticalError': {
      const rows = [
        plain('Service', fact.service),
        plain('Error', fact.error),
        plain('Please do', fact.action),
      ];
      return worded('system_error', 'critical', `ACTION REQUIRED: ${fact.service}`, rows, timeUs);
    }
    case 'ReconciliationFailed': {
      const rows = [plain('Account', fact.account), plain('Reason', fact.reason)];
      const title = `Reconciliation failed: ${fact.account} may not trade`;
      return worded('reconciliation', 'critical', title, rows, timeUs);
    }
    case 'ReconciliationDiscrepancy': {
      const rows = [
        plain('Account', fact.account),
        plain('Instrument', fact.instrument ?? 'none'),
        plain('Kind', fact.kind),
        plain('In our books', fact.ours),
        plain('At the venue', fact.venues),
      ];
      const title = `Reconciliation discrepancy: ${fact.account}, ${fact.kind}`;
      return worded('reconciliation', 'critical', title, rows, timeUs);
    }
    case 'MessageDeadLettered': {
      const rows = [
        plain('Service', fact.service),
        plain('Subject', fact.subject),
        plain('Reason', fact.reason),
      ];
      const title = `ACTION REQUIRED: ${fact.service} could not handle a message`;
      return worded('system_error', 'critical', title, rows, timeUs);
    }
    case 'PortfolioHealthChanged': {
      const rows = [
        plain('Account', fact.account),
        plain('Score', `${fact.from} to ${fact.to} of 100`),
        plain('Action', fact.action),
      ];
      const title = `Portfolio health ${fact.to} of 100: ${fact.action}`;
      return worded('portfolio_health', 'warning', title, rows, timeUs);
    }
    case 'TargetMissed': {
      const rows = [
        plain('Configuration', fact.configuration),
        plain('Target', fact.target),
        plain('Detail', fact.detail),
      ];
      const title = `Target missed: ${fact.configuration}, ${fact.target}`;
      return worded('target_missed', 'warning', title, rows, timeUs);
    }
    default:
      return fact satisfies never;
  }
}
