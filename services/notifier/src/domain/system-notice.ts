import type { Fact, StreamsFilling } from '@algo/contracts';
import { streamFillWords, venueOf } from '@algo/model';
import { plain, type Wording, worded } from './wording.ts';

/** Things that differ, and that one mail lists. */
const LISTED_MAX = 10;

/** What the machinery has to say of itself, beside trading. */
type SystemFact = Extract<
  Fact,
  {
    readonly name:
      | 'ServiceStarted'
      | 'ServiceStopped'
      | 'FeedDisconnected'
      | 'ReconciliationFailed'
      | 'ReconciliationCompleted'
      | 'CommandRefused'
      | 'DeadLetter'
      | 'StreamsFilling';
  }
>;

/** Returns what to tell when the machinery itself has news; null for what a person need not hear. */
export function systemNotice({ name, body }: SystemFact): Wording | null {
  switch (name) {
    case 'ServiceStopped': {
      const rows = [plain('Service', body.instance), plain('Reason', body.reason)];
      return worded('service', 'critical', `Service down: ${body.instance}`, rows, body.timeUs);
    }
    case 'ServiceStarted': {
      const rows = [plain('Service', body.instance)];
      return worded('service', 'info', `Service back: ${body.instance}`, rows, body.timeUs);
    }
    case 'FeedDisconnected': {
      const [venue, purpose] = [venueOf(body.instrument), `trades of ${body.instrument}`];
      const rows = [plain('Venue', venue), plain('Connection', purpose), plain('Reason', body.reason)];
      return worded('connection', 'critical', `Connection lost: ${venue} ${purpose}`, rows, body.timeUs);
    }
    case 'ReconciliationFailed': {
      const rows = [plain('Account', body.account), plain('Reason', body.reasons.join('; '))];
      const title = `Reconciliation failed: ${body.account} may not trade`;
      return worded('reconciliation', 'critical', title, rows, body.asOfUs);
    }
    case 'ReconciliationCompleted': {
      const [first, ...others] = body.discrepancies;
      if (first === undefined) return null;
      const more = others.length > 0 ? ` and ${others.length} more` : '';
      const listed = body.discrepancies.slice(0, LISTED_MAX);
      const rows = [
        plain('Account', body.account),
        ...listed.map(({ class: kind, subject, before, after, action }) => {
          const follows = action === 'none' ? 'nothing' : action.replaceAll('_', ' ');
          return plain(
            `${subject} (${kind})`,
            `ours ${before}, the venue's ${after}; what follows: ${follows}`,
          );
        }),
        plain('What to do', 'algo reconcile compares anew, and says what waits for you'),
      ];
      const title = `Reconciliation discrepancy: ${body.account}, ${first.subject}${more}`;
      return worded('reconciliation', 'critical', title, rows, body.asOfUs);
    }
    case 'CommandRefused': {
      const rows = [plain('Command', body.commandId), plain('Reason', body.reason)];
      const title = 'A command was refused: nothing has changed';
      return worded('command_refused', 'warning', title, rows, body.timeUs);
    }
    case 'DeadLetter': {
      const { consumer, subject, reason, timeUs } = body;
      const rows = [plain('Service', consumer), plain('Subject', subject), plain('Reason', reason)];
      const title = `ACTION REQUIRED: ${consumer} could not handle a message`;
      return worded('system_error', 'critical', title, rows, timeUs);
    }
    case 'StreamsFilling':
      return streamsNotice(body);
    default:
      return name satisfies never;
  }
}

/** A full stream of money takes nothing more, and who says something there stops: that wants a person. */
function streamsNotice({ high, risen, eased, timeUs }: StreamsFilling): Wording | null {
  if (risen.length === 0 && eased.length === 0) return null;
  const rows = [
    ...high.map((fill) => plain('Near its bound', streamFillWords(fill))),
    ...eased.map((stream) => plain('Has room again', stream)),
  ];
  if (risen.length === 0) return worded('service', 'info', `Room again: ${eased.join(', ')}`, rows, timeUs);
  const isMoney = high.some(({ stream, refuses }) => refuses && risen.includes(stream));
  const title = `Streams fill up: ${risen.join(', ')}`;
  const remedy = plain('What helps', 'a larger bound of that stream: see docs/operations.md');
  return worded('system_error', isMoney ? 'critical' : 'info', title, [...rows, remedy], timeUs);
}
