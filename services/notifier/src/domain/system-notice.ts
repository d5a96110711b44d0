import type { SystemFact } from './notable-fact.ts';
import { plain, type Wording, worded } from './wording.ts';

/** Returns what to tell when the machinery itself has news. */
export function systemNotice(fact: SystemFact): Wording {
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
    case 'CommandRefused': {
      const rows = [plain('Command', fact.commandId), plain('Reason', fact.reason)];
      return worded('command_refused', 'warning', 'A command was refused: nothing has changed', rows, timeUs);
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
    default:
      return fact satisfies never;
  }
}
