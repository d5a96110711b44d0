import type { Bus } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import type { ReconciliationReport } from '../domain/index.ts';

/** Publishes the verdict: a pass opens the gate for its epoch, a refusal says why not. */
export async function publishReport(
  bus: Bus,
  report: ReconciliationReport,
  venue: string,
  validForMs: number,
): Promise<void> {
  const said = {
    reportId: report.id,
    account: report.account,
    venue,
    epoch: report.epoch,
    asOfUs: report.asOfUs,
    snapshotHash: report.hash,
    discrepancies: report.discrepancies.map(({ class: kind, subject, evidence, action, before, after }) => ({
      class: kind,
      subject,
      evidence: evidence.join('; '),
      action,
      before,
      after,
    })),
    counts: report.compared,
  };
  const passed = report.verdict.type === 'pass';
  const data =
    report.verdict.type === 'pass'
      ? codecs.ReconciliationCompleted.encode({ ...said, validForMs })
      : codecs.ReconciliationFailed.encode({ ...said, reasons: report.verdict.reasons });
  await bus.publish({
    subject: subjects.reconciliation(report.account),
    type: passed ? codecs.ReconciliationCompleted.type : codecs.ReconciliationFailed.type,
    id: `rec:${report.id}`,
    timeUs: report.asOfUs,
    data,
  });
}
