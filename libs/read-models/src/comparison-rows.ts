import type { MessageOf } from '@algo/contracts';
import type { BookDifference, BookRepair, InstrumentId } from '@algo/model';
import { codeWords } from './code-words.ts';

/** What a comparison of our books and the venue's came to. */
export type ComparisonReport = MessageOf<'ReconciliationCompleted'> | MessageOf<'ReconciliationFailed'>;

/** One thing in which the books differ, in words for people. *Shape*: `done` what follows from it. */
export interface ComparisonRow {
  readonly class: string;
  readonly what: string;
  readonly ours: string;
  readonly venue: string;
  readonly done: string;
  readonly evidence: string;
}

/** Says whether execution may trade by a report. */
export function isPassed(report: ComparisonReport): report is MessageOf<'ReconciliationCompleted'> {
  return 'differences' in report;
}

/** Returns what differs in an instrument by a report, undefined where nothing does. */
export function differenceIn(report: ComparisonReport, id: InstrumentId): BookDifference | undefined {
  return isPassed(report) ? report.differences.find(({ instrument }) => instrument === id) : undefined;
}

/** Returns a row for each thing in which the books differ. */
export function comparisonRows(report: ComparisonReport): ComparisonRow[] {
  return report.discrepancies.map(({ class: kind, subject, before, after, action, evidence }) => {
    const found = isPassed(report)
      ? report.differences.find(({ instrument }) => subject === `position ${instrument}`)
      : undefined;
    return {
      class: kind,
      what: subject,
      ours: before,
      venue: found === undefined ? after : found.isUnnamed ? 'not named' : `${found.held}`,
      done: found === undefined ? actionWords(action) : cureWords(found),
      evidence: evidence === '' ? 'none' : evidence,
    };
  });
}

/** Returns a line for each instrument that takes no order while it differs, or for all that stops trading. */
export function shutLines(report: ComparisonReport): string[] {
  if (!isPassed(report)) return report.reasons.map((reason) => `${report.account} may not trade: ${reason}`);
  return report.shut.map(({ reason, shutsExits }) => {
    return `no ${shutsExits ? 'entries and no exits' : 'entries'} while it is so: ${reason}`;
  });
}

/** Returns how a person may settle a difference. *Shape*: never empty where something differs in size. */
export function repairsOf({ own, held }: Pick<BookDifference, 'own' | 'held'>): readonly BookRepair[] {
  const isMore =
    own.isZero() || (own.isNegative() === held.isNegative() && held.abs().greaterThan(own.abs()));
  if (own.isZero() && held.isZero()) return ['acknowledge'];
  return [
    ...(held.isZero() ? [] : (['adopt'] as const)),
    ...(own.isZero() ? [] : (['forget'] as const)),
    ...(isMore && !held.isZero() ? (['acknowledge'] as const) : []),
  ];
}

function cureWords(difference: BookDifference): string {
  const { own, held, cure, left, isExplained, isUnnamed, instrument } = difference;
  const until = isUnnamed ? 'until it is named again, or ' : '';
  switch (cure) {
    case 'fetch':
      return 'execution fetches its fills';
    case 'correct':
      return `ours becomes ${left ?? held}${isExplained ? '' : ' once it is found again'}`;
    case 'beside':
      return `what lies beside becomes ${held.minus(own)} once it is found again`;
    case 'restate':
      return 'execution says our quantity again once it is found again';
    case 'person':
      return `waits ${until}for a person: algo ${repairsOf(difference).join(', or ')} ${instrument}`;
    default:
      return cure satisfies never;
  }
}

function actionWords(action: string): string {
  return action === 'none' ? 'nothing' : codeWords(action);
}
