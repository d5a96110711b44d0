import { isoTime } from '@algo/model';
import { actionsOf, CLASS_NAMES, type ReconciliationReport } from './reconciliation-report.ts';

const HEADS = ['class', 'what', 'where', 'before', 'after', 'action'] as const;

/** Returns the report as a table for people: verdict first, then each difference with its evidence. */
export function renderReport(report: ReconciliationReport): string {
  const { verdict, discrepancies, compared } = report;
  const rows = discrepancies.map((d) => [
    d.class,
    CLASS_NAMES[d.class],
    d.subject,
    d.before,
    d.after,
    d.action.replaceAll('_', ' '),
  ]);
  const widths = HEADS.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  const table =
    rows.length === 0
      ? ['No difference.']
      : [
          line(HEADS),
          line(widths.map((width) => '-'.repeat(width))),
          ...rows.flatMap((row, i) => [line(row), ...discrepancies[i]!.evidence.map((e) => `     ${e}`)]),
        ];
  const reasons =
    verdict.type === 'pass' ? [] : ['', 'Refused because:', ...verdict.reasons.map((r) => `- ${r}`)];
  const blocked = report.blocked.length === 0 ? [] : ['', `No entries in: ${report.blocked.join(', ')}`];
  return [
    `Reconciliation of ${report.account}: ${verdict.type === 'pass' ? 'PASS' : 'REFUSED'}`,
    `Epoch ${report.epoch}, venue as of ${isoTime(report.asOfUs)}, report ${report.id}`,
    `Compared ${compared.orders} orders, ${compared.fills} fills, ${compared.positions} positions, ` +
      `${compared.balances} balances; ${discrepancies.length} differences, ` +
      `${actionsOf(report).length} actions`,
    '',
    ...table,
    ...reasons,
    ...blocked,
    '',
  ].join('\n');
}
