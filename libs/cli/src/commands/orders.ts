import { isEnded, type Order, orderReasonWords } from '@algo/model';
import { codeWords, type ListedOrder, requestWords } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, accountOf, openEngine } from '../engine/engine-access.ts';
import { type AccountView, ageWords, readAccount, shortId } from '../reading/account-view.ts';
import { alignedRows, printLine } from '../reading/output.ts';
import { engineTimeUs } from './ask-engine.ts';

/** Orders that are over and shown, unless all are asked for. */
const RECENT = 10;

/** Lists the orders that work, and the latest that are over. */
export async function orders(
  options: AccessOptions & { readonly json?: boolean; readonly all?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  await using access = await openEngine(options, environment);
  const { bus } = access;
  const view = await readAccount(bus, accountOf(access.engine, options.account));
  const nowUs = await engineTimeUs(bus);
  const ended = view.orders.ended();
  const shown = [
    ...view.orders.working(),
    ...(options.all === true ? ended : ended.slice(-RECENT)).toReversed(),
  ];
  if (options.json === true) {
    for (const { order, ...rest } of shown) {
      const ageUs = nowUs - order.submittedUs;
      await printLine(JSON.stringify({ ...order, ...rest, ageUs, askedBy: askedBy(order, view) }));
    }
    return;
  }
  if (shown.length === 0) return printLine('no orders yet');
  const headings = ['order', 'age', 'instrument', 'intent', 'what', 'filled', 'state', 'asked by', 'note'];
  for (const line of alignedRows([headings, ...shown.map((one) => rowOf(one, view, nowUs))]))
    await printLine(line);
}

function rowOf({ order, replaces, retryOf }: ListedOrder, view: AccountView, nowUs: number): string[] {
  const { request, intent, submittedUs, cumulative, status } = order;
  const notes = [
    ...(replaces === null ? [] : [`in place of ${shortId(replaces)}`]),
    ...(retryOf === null ? [] : [`after ${shortId(retryOf)}`]),
    ...(isEnded(status) && 'reason' in order ? [orderReasonWords(order.reason)] : []),
  ];
  return [
    shortId(request.clientOrderId),
    ageWords(nowUs - submittedUs),
    request.instrument,
    intent,
    requestWords(request),
    cumulative.toString(),
    codeWords(status),
    askedBy(order, view),
    notes.join('; '),
  ];
}

/** Returns who wanted an order: a strategy, a person, or the guard of a position. */
function askedBy({ intent, strategy, position }: Order, { persons, positions }: AccountView): string {
  if (position === null) return strategy ?? 'unknown';
  if (intent === 'protection') return `guard of ${shortId(position)}`;
  const reason = positions.get(position)?.reason ?? 'exit';
  const person = reason === 'operator' ? persons.whoLeft(position) : null;
  return `${codeWords(reason)} of ${shortId(position)}${person === null ? '' : `, ${person.by}`}`;
}
