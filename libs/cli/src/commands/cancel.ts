import type { Bus } from '@algo/bus';
import {
  binds,
  type ClientOrderId,
  type HaltScope,
  haltScopeKey,
  InputError,
  isEnded,
  orderReasonWords,
} from '@algo/model';
import { codeWords, type ListedOrder, requestWords } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import type { AccessOptions } from '../engine/engine-access.ts';
import { CommandFailure } from '../exit-codes.ts';
import { type AccountView, ageWords, named, readAccount, shortId } from '../reading/account-view.ts';
import { printLine } from '../reading/output.ts';
import {
  engineTimeUs,
  expiryUs,
  fromNow,
  hearUntil,
  obey,
  openForPerson,
  type PersonOptions,
  parseScope,
} from './ask-engine.ts';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { knownScope } from './known-scope.ts';

/** A venue answers in seconds, or the order is asked about for longer than anybody waits here. */
const FOLLOW_MAX_MS = 20_000;

/** What it means to withdraw each kind of order. */
const MEANS = {
  entry: 'nothing is entered by it; decision may enter again: `algo halt` stops that',
  exit: 'the position stays open for now; position-risk makes another exit within seconds',
  protection:
    'the venue guards the position no longer while we are away; position-risk puts another there at once',
} as const;

export type CancelOptions = AccessOptions &
  PersonOptions &
  ConfirmOptions & { readonly all?: boolean; readonly scope?: string; readonly force?: boolean };

interface Wanted {
  readonly scope: HaltScope;
  readonly clientOrderId: ClientOrderId | null;
  readonly orders: readonly ListedOrder[];
}

/** Withdraws one order or all of a scope, and tells what came of each. */
export async function cancel(
  name: string | undefined,
  options: CancelOptions,
  environment: CliEnvironment,
): Promise<void> {
  await using asked = await openForPerson(options, environment);
  const { bus, account, person } = asked;
  const view = await readAccount(bus, account);
  const { scope, clientOrderId, orders } = await chosen(name, options, view, bus, environment);
  const force = options.force === true;
  const nowUs = await engineTimeUs(bus);
  await confirm(planOf(scope, orders, nowUs), options);
  const place = await fromNow(bus, 'ORDERS', `ord.evt.${account}.>`);
  const of = { account, scope, clientOrderId, force, expiresWallUs: await expiryUs(bus) };
  const body = { type: 'CancelOrders', ...person, ...of } as const;
  const obeyed = await obey(bus, account, { name: 'CancelOrders', body });
  const areOver = () => obeyed.orders.every((id) => isOver(view, id));
  const take: Parameters<typeof hearUntil>[2] = (fact) => {
    view.orders.take(fact);
    return areOver();
  };
  if (!areOver()) await hearUntil(bus, place, take, FOLLOW_MAX_MS);
  const ended = obeyed.orders.map((id) => ({ id, words: endWords(view, id), isOver: isOver(view, id) }));
  if (options.json === true) {
    const { commandId, by, reason } = person;
    const told = ended.map(({ id, words, isOver }) => ({ order: id, isOver, outcome: words }));
    await printLine(JSON.stringify({ commandId, account, scope, by, reason, orders: told }));
  } else {
    if (ended.length === 0) await printLine(`nothing of ${haltScopeKey(scope)} was to be withdrawn`);
    for (const { id, words } of ended) await printLine(`${shortId(id)}: ${words}`);
  }
  const open = ended.filter((one) => !one.isOver);
  if (open.length > 0)
    throw new CommandFailure(
      `${open.length} not over within ${FOLLOW_MAX_MS / 1_000} s: execution goes on asking the venue.`,
    );
}

/** Returns what a person named. *Errors*: InputError with what there is, or with what --force would mean. */
async function chosen(
  name: string | undefined,
  { all, scope, force }: CancelOptions,
  view: AccountView,
  bus: Bus,
  environment: CliEnvironment,
): Promise<Wanted> {
  const working = view.orders.working();
  if ((name === undefined) === (all !== true) || (name !== undefined && scope !== undefined))
    throw new InputError({
      ...{
        field: 'order',
        value: name ?? 'not named',
        because: 'one order or --all must be named, not both',
      },
      remedy: 'Name an order of `algo orders`, or --all with or without --scope.',
    });
  const within = await knownScope(bus, parseScope(scope ?? 'account', view.account), environment);
  if (name === undefined) {
    const orders = working.filter(({ order: { intent, strategy, request } }) => {
      return (force === true || intent === 'entry') && binds(within, { ...request, strategy });
    });
    return { scope: within, clientOrderId: null, orders };
  }
  const namesOf = ({ order: { intent, request } }: ListedOrder) => ({
    ...{ id: request.clientOrderId, names: [`${intent} ${requestWords(request)} ${request.instrument}`] },
  });
  const over = view.orders.ended().map(({ order: { request, status } }) => {
    return { id: request.clientOrderId, words: `it is over: ${status}` };
  });
  const one = named('order', name, working, namesOf, over);
  const { intent, request } = one.order;
  if (intent !== 'entry' && force !== true)
    throw new InputError({
      ...{
        field: 'order',
        value: name,
        because: `an order of intent ${intent}: once withdrawn, ${MEANS[intent]}`,
      },
      remedy: 'Leave the position by `algo close`, or add --force.',
    });
  return { scope: within, clientOrderId: request.clientOrderId, orders: [one] };
}

function planOf(scope: HaltScope, orders: readonly ListedOrder[], nowUs: number): string[] {
  if (orders.length === 0)
    return [
      `nothing of ${haltScopeKey(scope)} works as far as the engine has said; what is sent now is withdrawn`,
    ];
  return [
    'withdraws:',
    ...orders.flatMap(({ order: { intent, request, submittedUs, cumulative } }) => [
      `  ${shortId(request.clientOrderId)}: ${intent} ${requestWords(request)} ${request.instrument}, ` +
        `${cumulative} filled, ${ageWords(nowUs - submittedUs)} old`,
      `    ${MEANS[intent]}`,
    ]),
  ];
}

function isOver({ orders }: AccountView, id: ClientOrderId): boolean {
  const listed = orders.get(id);
  return listed !== undefined && isEnded(listed.order.status);
}

function endWords({ orders }: AccountView, id: ClientOrderId): string {
  const order = orders.get(id)?.order;
  if (order === undefined) return 'not heard of yet';
  const filled = order.cumulative.isPositive() ? `, ${order.cumulative} filled before` : '';
  const why = 'reason' in order ? `: ${orderReasonWords(order.reason)}` : '';
  return `${codeWords(order.status)}${filled}${why}`;
}
