import type { AccountComparison, ComparedEntry } from './account-comparison.ts';

/** Of an average. */
const PLACES = 4;
const HEAD = ['signal at, s', 'instrument', 'limit, stop', 'live', 'paper', 'differs in'] as const;

/** Returns what two accounts did on the same signals as a Markdown table, order by order, with its sums. */
export function comparisonTable({ both, alone }: AccountComparison): string {
  const rows = [
    ...both.map(([live, paper]) => ({ at: live.command.timeUs, cells: pair(live, paper) })),
    ...alone.map((one) => ({ at: one.entry.command.timeUs, cells: single(one) })),
  ].toSorted((a, b) => a.at - b.at);
  const firstUs = rows[0]?.at ?? 0;
  const lines = rows.map(({ at, cells }) => line([((at - firstUs) / 1_000_000).toFixed(1), ...cells]));
  return [line(HEAD), line(HEAD.map(() => '---')), ...lines, '', ...sums({ both, alone })].join('\n');
}

function pair(live: ComparedEntry, paper: ComparedEntry): readonly string[] {
  const { instrument, limitPrice, plan } = live.command;
  return [
    ...[instrument, `${limitPrice}, ${plan.stopPrice}`, wordsOf(live), wordsOf(paper)],
    differences(live, paper).join(', '),
  ];
}

function single({ account, entry, why }: AccountComparison['alone'][number]): readonly string[] {
  const { instrument, limitPrice, plan } = entry.command;
  const other = `no entry: ${why ?? 'no decision'}`;
  const both = account.startsWith('live') ? [wordsOf(entry), other] : [other, wordsOf(entry)];
  return [instrument, `${limitPrice}, ${plan.stopPrice}`, ...both, 'one entered alone'];
}

function differences(live: ComparedEntry, paper: ComparedEntry): readonly string[] {
  const isOther = (one: unknown, two: unknown) => `${one}` !== `${two}`;
  const [planned, other] = [live.command, paper.command];
  return [
    ...(isOther(planned.limitPrice, other.limitPrice) ? ['limit'] : []),
    ...(isOther(planned.plan.stopPrice, other.plan.stopPrice) ? ['stop'] : []),
    ...(isOther(live.entered?.quantity, paper.entered?.quantity) ? ['filled'] : []),
    ...(isOther(live.entered?.price, paper.entered?.price) ? ['price'] : []),
    ...(isOther(live.exit?.reason, paper.exit?.reason) ? ['reason to leave'] : []),
    ...(isOther(live.exit?.closed.exitPrice, paper.exit?.closed.exitPrice) ? ['exit price'] : []),
  ];
}

function wordsOf({ command, entered, exit }: ComparedEntry): string {
  if (entered === null) return `${command.quantity} asked, none filled`;
  const { afterMs, price, quantity } = entered;
  const end =
    exit === null ? 'held' : `${exit.reason} at ${exit.closed.exitPrice.rounded(PLACES, 'half-even')}`;
  return `${quantity} of ${command.quantity} at ${price} after ${Math.round(afterMs)} ms; ${end}`;
}

function sums({ both, alone }: AccountComparison): readonly string[] {
  const filled = both.filter(([live, paper]) => live.entered !== null && paper.entered !== null);
  const left = filled.filter(([live, paper]) => live.exit !== null && paper.exit !== null);
  const same = (of: readonly (readonly [ComparedEntry, ComparedEntry])[], what: string) =>
    of.filter(([live, paper]) => !differences(live, paper).includes(what)).length;
  return [
    `${both.length} signals entered by both, ${alone.length} by one alone.`,
    `Of both: the same limit ${same(both, 'limit')}, the same stop ${same(both, 'stop')}; filled by both ` +
      `${filled.length}, as much ${same(filled, 'filled')}, at the same price ${same(filled, 'price')}; ` +
      `left by both ${left.length}, for the same reason ${same(left, 'reason to leave')}.`,
  ];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
