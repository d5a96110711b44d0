import type { Figure } from './figures.ts';

const HEAD = ['', 'ours', 'floor', 'ratio', 'target', ''];

/** Returns figures as an aligned table. */
export function table(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Returns figures as the rows of a Markdown table. */
export function markdownRows(bench: string, figures: readonly Figure[]): string[] {
  return figures.map((figure) => `| ${bench} | ${cells(figure).join(' | ')} |`);
}

function cells({ name, unit, ours, floor, ratio, target, met }: Figure): string[] {
  return [
    name,
    `${shown(ours)} ${unit}`,
    floor === null ? '' : `${shown(floor)} ${unit}`,
    ratio === null ? '' : ratio.toFixed(2),
    target ?? '',
    met === null ? '' : met ? 'met' : 'MISSED',
  ];
}

function shown(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}
