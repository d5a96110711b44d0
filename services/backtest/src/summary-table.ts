import { type Decimal, isoTime } from '@algo/model';
import type { Summary } from './summary-book.ts';

/** Returns a summary as lines for people. */
export function summaryTable(summary: Summary, sha256: string): string[] {
  const { decisions, orders, positions, byStrategy } = summary;
  const facts: readonly (readonly [string, string])[] = [
    ['from', isoTime(summary.fromUs)],
    ['to', isoTime(summary.toUs)],
    ['trades', count(summary.trades)],
    ['signals', count(summary.signals)],
    ['decisions', `${count(decisions.accepted)} accepted, ${count(decisions.refused)} refused`],
    [
      'orders',
      Object.entries(orders)
        .map(([name, number]) => `${count(number)} ${name}`)
        .join(', '),
    ],
    ['fills', count(summary.fills)],
    [
      'positions',
      `${count(positions.opened)} opened, ${count(positions.closed)} closed, ${count(positions.open)} open`,
    ],
    ['fees', money(summary.fees)],
    ['P&L after fees', money(summary.netPnl)],
    ['equity', summary.equity === null ? '-' : money(summary.equity)],
    ['drawdown, most', percent(summary.drawdownMax.toNumber())],
    ['exposure, time', percent(summary.exposure)],
    ['journal', `sha256 ${sha256}`],
  ];
  const head = ['strategy', 'closed', 'won', 'fees', 'P&L after fees'];
  const rows = byStrategy.map(({ strategy, closed, won, fees, netPnl }) => [
    ...[strategy, count(closed), count(won), money(fees), money(netPnl)],
  ]);
  return [
    ...aligned(facts.map(([name, value]) => [name, value])),
    ...(rows.length === 0 ? [] : ['', ...aligned([head, ...rows])]),
  ];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function money(amount: Decimal): string {
  return amount.toNumber().toFixed(2);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
