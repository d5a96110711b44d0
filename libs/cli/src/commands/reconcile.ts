import { setTimeout } from 'node:timers/promises';
import type { Bus } from '@algo/bus';
import { subjects } from '@algo/contracts';
import { type AccountId, Decimal, isoTime } from '@algo/model';
import { type ComparisonReport, comparisonRows, isPassed, shutLines } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, accountOf, openEngine } from '../engine/engine-access.ts';
import { CommandFailure, EXIT_CODE } from '../exit-codes.ts';
import { alignedRows, printLine } from '../reading/output.ts';
import { readEvents } from '../reading/read-events.ts';
import { wholeNumber } from '../supervisor/up-options.ts';
import { openForPerson } from './ask-engine.ts';
import { compareBooks } from './compare-books.ts';

/** Runs that `--history` shows when nobody says how many, and at most. */
const HISTORY = 10;
const HISTORY_MAX = 1_000;
/** What differs is looked at again so often at most, after a rest. */
const LOOKS_MAX = 4;
const LOOK_AGAIN_MS = 1_000;
const FAILED = 'The comparison failed: nothing is concluded. Mend what is named above, then ask again.';

export interface ReconcileOptions extends AccessOptions {
  readonly by?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly history?: string | true;
  readonly json?: boolean;
}

/** Compares our books with the exchange's now, or shows the latest comparisons. */
export async function reconcile(options: ReconcileOptions, environment: CliEnvironment): Promise<void> {
  if (options.history !== undefined) return showHistory(options, options.history, environment);
  const reason = options.reason ?? 'a person wants to know';
  await using asked = await openForPerson({ ...options, reason }, environment);
  const dryRun = options.dryRun === true;
  const report = await foundAgain(() => compareBooks(asked, dryRun)).catch((error: unknown) => {
    if (error instanceof CommandFailure) throw new CommandFailure(error.message, EXIT_CODE.notCompared);
    throw error;
  });
  if (options.json === true) await printLine(JSON.stringify(report));
  else for (const line of reportLines(report, dryRun)) await printLine(line);
  if (!isPassed(report)) throw new CommandFailure(FAILED, EXIT_CODE.notCompared);
  if (report.discrepancies.length > 0) throw new CommandFailure('The books differ: see the table.');
}

/**
 * Returns a comparison whose differences were found twice: what is filled between two reads of one
 * comparison looks like a difference too, and nobody should wake up for that.
 */
export async function foundAgain(
  compare: () => Promise<ComparisonReport>,
  restMs = LOOK_AGAIN_MS,
): Promise<ComparisonReport> {
  let report = await compare();
  for (let looks = 1; looks < LOOKS_MAX && isDiffering(report); looks++) {
    await setTimeout(restMs);
    const before = new Set(differencesIn(report));
    report = await compare();
    if (differencesIn(report).some((found) => before.has(found))) break;
  }
  return report;
}

const isDiffering = (report: ComparisonReport) => isPassed(report) && report.discrepancies.length > 0;

/** Returns each difference of a comparison by what it is about, and how much it is. */
function differencesIn(report: ComparisonReport): readonly string[] {
  if (!isPassed(report)) return [];
  return report.discrepancies.map(({ class: kind, subject, before, after }) => {
    const isAmount = [before, after].every((text) => /^-?\d+(\.\d+)?$/.test(text));
    const by = isAmount ? `${Decimal.of(after).minus(Decimal.of(before))}` : `${before} ${after}`;
    return `${kind} ${subject} ${by}`;
  });
}

/** Returns a comparison as lines for people. */
export function reportLines(report: ComparisonReport, dryRun: boolean): string[] {
  const counts = Object.entries(report.counts).map(([what, count]) => `${count} ${what}`);
  const rows = comparisonRows(report);
  const headings = ['class', 'what', 'ours', 'at the venue', 'what is done', 'evidence'];
  const cells = rows.map((row) => [row.class, row.what, row.ours, row.venue, row.done, row.evidence]);
  const aside = isPassed(report) ? report.aside : [];
  return [
    `${report.account} at ${report.venue}: compared ${counts.length === 0 ? 'nothing' : counts.join(', ')}` +
      (dryRun ? '; a dry run, nothing follows from it' : ''),
    ...(rows.length > 0 ? alignedRows([headings, ...cells]) : isPassed(report) ? ['the books agree'] : []),
    ...shutLines(report),
    ...aside.map(({ asset, quantity }) => `beside positions the account holds ${quantity} ${asset}`),
  ];
}

/** One comparison of the past. *Shape*: `asked` is why, empty where that isn't stored any more. */
interface PastRun {
  readonly asked: string;
  readonly report: ComparisonReport;
}

async function showHistory(
  options: ReconcileOptions,
  history: string | true,
  environment: CliEnvironment,
): Promise<void> {
  const count = history === true ? HISTORY : wholeNumber('--history', history, 1, HISTORY_MAX);
  await using access = await openEngine(options, environment);
  const runs = await latestRuns(access.bus, accountOf(access.engine, options.account), count);
  if (options.json === true) {
    for (const { asked, report } of runs) await printLine(JSON.stringify({ asked, ...report }));
    return;
  }
  if (runs.length === 0) return printLine('nothing was compared yet');
  const rows = runs.map(({ asked, report }) => [isoTime(report.asOfUs), asked, outcomeWords(report)]);
  for (const line of alignedRows([['compared', 'because', 'what came of it'], ...rows]))
    await printLine(line);
}

/** Returns the latest comparisons, oldest first. Reads no more of the stream than it has to. */
async function latestRuns(bus: Bus, account: AccountId, count: number): Promise<PastRun[]> {
  const newest = (await bus.last('RECONCILIATION', subjects.reconciliation(account)))?.sequence ?? 0;
  // A run is a question and an answer; other accounts and new lives stand between them.
  for (let span = 4 * count; ; span *= 4) {
    const after = Math.max(0, newest - span);
    const runs = await runsAfter(bus, account, after);
    if (runs.length >= count || after === 0) return runs.slice(-count);
  }
}

async function runsAfter(bus: Bus, account: AccountId, after: number): Promise<PastRun[]> {
  const asked = new Map<string, string>();
  for await (const { fact } of readEvents(
    bus,
    'RECONCILIATION',
    subjects.reconciliationAsked(account),
    after,
  ))
    if (fact.name === 'ReconciliationRequested') asked.set(fact.body.requestId, fact.body.reason);
  const runs: PastRun[] = [];
  for await (const { fact } of readEvents(bus, 'RECONCILIATION', subjects.reconciliation(account), after))
    if (fact.name === 'ReconciliationCompleted' || fact.name === 'ReconciliationFailed')
      runs.push({ asked: asked.get(fact.body.requestId) ?? '', report: fact.body });
  return runs;
}

function outcomeWords(report: ComparisonReport): string {
  const differing = report.discrepancies.map(({ class: kind, subject }) => `${kind} ${subject}`).join(', ');
  const outcome = differing === '' ? 'agree' : `differ: ${differing}`;
  return isPassed(report) ? outcome : `failed: ${report.reasons.join('; ')}`;
}
