import type { Machine, OwnInput, Say } from '@algo/bus';
import type {
  Discrepancy as DiscrepancyWord,
  FactOf,
  ReconciliationFailed,
  ReconciliationRequested,
} from '@algo/contracts';
import { type AccountId, openSnapshot, sealSnapshot } from '@algo/model';
import type { ReconciliationReport } from './reconciliation-report.ts';

/** What came of comparing the books. *Shape*: both carry what was asked, so that nothing is remembered. */
export type ReconcileOwn =
  | (OwnInput & {
      readonly name: 'Compared';
      readonly body: { readonly ask: ReconciliationRequested; readonly report: ReconciliationReport };
    })
  | (OwnInput & {
      readonly name: 'CompareFailed';
      readonly body: { readonly ask: ReconciliationRequested; readonly reason: string };
    });
/** What the reconciler takes. */
export type ReconcileTaken = FactOf<'rec.ask'> | ReconcileOwn;
/** What the reconciler says: that execution may trade, or why not. */
export type ReconcileWord = 'ReconciliationCompleted' | 'ReconciliationFailed';

/** Reads our books and the venue's, and compares them. */
export interface Compare {
  readonly type: 'Compare';
  readonly ask: ReconciliationRequested;
}

const SNAPSHOT_VERSION = 1;

/** The reconciler of one account: has the books compared for whoever asks, and says what came of it. */
export class ReconcileMachine implements Machine<ReconcileTaken, ReconcileWord, Compare> {
  readonly #owner: string;
  readonly #validForMs: number;
  #passed = 0;
  #refused = 0;

  /** *Errors*: InputError on a snapshot of another account or version. */
  constructor(about: { readonly account: AccountId; readonly validForMs: number }, snapshot?: Uint8Array) {
    this.#owner = `reconcile.${about.account}`;
    this.#validForMs = about.validForMs;
    if (snapshot !== undefined) openSnapshot(this.#owner, SNAPSHOT_VERSION, snapshot);
  }

  take(input: ReconcileTaken, say: Say<ReconcileWord, Compare>): void {
    switch (input.name) {
      case 'ReconciliationRequested':
        say.request({ type: 'Compare', ask: input.body });
        return;
      case 'Compared':
        this.#judged(input.body.ask, input.body.report, say);
        return;
      case 'CompareFailed': {
        const { ask, reason } = input.body;
        this.#refused++;
        say('ReconciliationFailed', {
          ...answerTo(ask),
          snapshotHash: '',
          discrepancies: [],
          counts: {},
          reasons: [reason],
        });
        return;
      }
      default:
        input satisfies never;
    }
  }

  /** There is nothing to remember: each answer carries its question. */
  snapshot(): Uint8Array {
    return sealSnapshot(this.#owner, SNAPSHOT_VERSION, {});
  }

  counters(): Record<string, number> {
    return { passed: this.#passed, refused: this.#refused };
  }

  #judged(
    ask: ReconciliationRequested,
    report: ReconciliationReport,
    say: Say<ReconcileWord, Compare>,
  ): void {
    const { verdict } = report;
    const said = {
      ...answerTo(ask),
      snapshotHash: report.hash,
      discrepancies: report.discrepancies.map(
        ({ class: kind, subject, evidence, action, before, after }): DiscrepancyWord => ({
          class: kind,
          subject,
          evidence: evidence.join('; '),
          action,
          before,
          after,
        }),
      ),
      counts: report.compared,
    };
    if (verdict.type === 'pass') {
      this.#passed++;
      const { shut, differences, aside, orders, setup, shownUs } = report;
      const found = { shut, differences, aside, orders, setup, shownUs };
      say('ReconciliationCompleted', { ...said, validForMs: this.#validForMs, ...found });
    } else {
      this.#refused++;
      say('ReconciliationFailed', { ...said, reasons: verdict.reasons });
    }
  }
}

/** Returns what each report says of the question that it answers. */
function answerTo({ account, venue, epoch, requestId, timeUs: asOfUs }: ReconciliationRequested) {
  return {
    account,
    venue,
    epoch,
    requestId,
    reportId: requestId,
    asOfUs,
  } satisfies Partial<ReconciliationFailed>;
}
