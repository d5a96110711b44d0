import { applyToOrder, ORDER_STATUSES, type OrderFact, type OrderStatus } from '@algo/model';
import { fact, fill, filled, order } from '@algo/model/testing';

/** What an order may be told, and when it was filled before. *Shape*: all orders are for 10. */
const FACTS: readonly (readonly [name: string, told: OrderFact, filledBefore?: string])[] = [
  ['its outcome is unknown', fact('OutcomeUnknown')],
  ['accepted', fact('Accepted')],
  ['rejected', fact('Rejected')],
  ['filled in part', filled('t9', '4')],
  ['filled to the end', filled('t9', '10')],
  ['overfilled', filled('t9', '11')],
  ['a known fill again', filled('t1', '1'), '1'],
  ['a known fill with other numbers', filled('t1', '2'), '1'],
  ['a cancel was asked for', fact('CancelRequested')],
  ['a cancel was refused', fact('CancelRefused')],
  ['canceled', fact('Canceled')],
  ['expired', fact('Expired')],
];

/** Returns the page docs/order-life.md: the introduction, then what the code does with every pair. */
export function orderLifePage(introduction: string): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = FACTS.map(([name, told, before]) =>
    row([`**${name}**`, ...ORDER_STATUSES.map((status) => cellOf(status, told, before))]),
  );
  return [
    introduction.trimEnd(),
    '',
    row(['told', ...ORDER_STATUSES.map((status) => `\`${status}\``)]),
    row(['---', ...ORDER_STATUSES.map(() => '---')]),
    ...rows,
    '',
  ].join('\n');
}

function cellOf(status: OrderStatus, told: OrderFact, filledBefore?: string): string {
  const known = filledBefore === undefined ? [] : [fill('t1', filledBefore)];
  const rest = status === 'filled' && known.length > 0 ? [fill('t2', '9')] : [];
  const now = order(status, [...known, ...rest]);
  if (now.status !== status) return '–';
  const applied = applyToOrder(now, told);
  if (applied.type !== 'quarantined')
    return applied.type === 'same' ? 'ignored' : `\`${applied.order.status}\``;
  const becomes = applied.order.status === status ? '' : `, \`${applied.order.status}\``;
  return `quarantined: ${applied.contradiction}${applied.booked ? ', booked' : ''}${becomes}`;
}
