import type { Bus } from '@algo/bus';
import type { FactOf } from '@algo/contracts';
import {
  type AccountId,
  binds,
  type HaltScope,
  haltScopeKey,
  isoTime,
  type PositionId,
  type TimeUs,
} from '@algo/model';
import { codeWords, type ListedPosition, requestWords } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import type { AccessOptions } from '../engine/engine-access.ts';
import { CommandFailure } from '../exit-codes.ts';
import {
  type AccountView,
  ageWords,
  lastTrade,
  named,
  type Over,
  openIn,
  readAccount,
  shortId,
  shortNumber,
} from '../reading/account-view.ts';
import { printLine } from '../reading/output.ts';
import { silentWords } from '../reading/silent-services.ts';
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

/** An exit that the venue takes is over in seconds; how long to wait for it before saying what is left. */
const FOLLOW_MAX_MS = 30_000;
/** Who must live for an exit. */
const NEEDED = ['position-risk', 'execution'] as const;

export type LeaveOptions = AccessOptions & PersonOptions & ConfirmOptions & { readonly scope?: string };

/** What a person wants left. *Shape*: `position` null for all of the scope. */
interface Wanted {
  readonly scope: HaltScope;
  readonly position: PositionId | null;
  readonly held: readonly ListedPosition[];
}

/** Leaves one position, named by itself or by its instrument, and tells what came of it. */
export async function close(name: string, options: LeaveOptions, environment: CliEnvironment): Promise<void> {
  await leave(options, environment, (view) => {
    const namesOf = ({ position: { id, instrument } }: ListedPosition) => ({
      ...{ id, names: [instrument, instrument.slice(instrument.lastIndexOf('.') + 1)] },
    });
    const over = view.positions.all().filter(({ state }) => state === 'closed');
    const one = named('position', name, openIn(view), namesOf, over.map(overWords));
    const { id, instrument } = one.position;
    return { scope: { kind: 'instrument', instrument }, position: id, held: [one] };
  });
}

/** Leaves everything that a scope holds, also what is being opened now, and tells what came of it. */
export async function flatten(options: LeaveOptions, environment: CliEnvironment): Promise<void> {
  await leave(options, environment, async (view, bus) => {
    const scope = await knownScope(bus, parseScope(options.scope ?? 'account', view.account), environment);
    return { scope, position: null, held: openIn(view).filter(({ position }) => binds(scope, position)) };
  });
}

async function leave(
  options: LeaveOptions,
  environment: CliEnvironment,
  choose: (view: AccountView, bus: Bus) => Wanted | Promise<Wanted>,
): Promise<void> {
  await using asked = await openForPerson(options, environment);
  const { bus, account, person } = asked;
  const view = await readAccount(bus, account);
  const wanted = await choose(view, bus);
  await confirm(await planOf(bus, view, wanted), options);
  const place = await fromNow(bus, 'POSITIONS', `pos.evt.${account}.>`);
  const { scope, position } = wanted;
  const of = { account, scope, position, expiresWallUs: await expiryUs(bus) };
  const body = { type: 'FlattenAll', ...person, ...of } as const;
  const { positions } = await obey(bus, account, { name: 'FlattenAll', body });
  const left = new Set(positions);
  const closed: FactOf<'pos.evt'>['body'][] = [];
  const isAll = (fact: { readonly name: string; readonly body: unknown }) => {
    const event = fact as FactOf<'pos.evt'>;
    if (event.name === 'PositionClosed' && left.delete(event.body.position.id)) closed.push(event.body);
    return left.size === 0;
  };
  if (left.size > 0) await hearUntil(bus, place, isAll, FOLLOW_MAX_MS);
  const remain = await remainWords(bus, account, left);
  if (options.json === true) {
    const { commandId, by, reason } = person;
    await printLine(JSON.stringify({ commandId, account, scope, by, reason, closed, left: [...left] }));
  } else {
    if (positions.length === 0) await printLine(`nothing is held in ${haltScopeKey(scope)}`);
    for (const event of closed) await printLine(closedWords(event));
  }
  if (remain.length > 0) throw new CommandFailure(remain.join('\n'));
}

/** Returns how a position that a person names came to its end. */
function overWords({ position: { id }, closedUs, reason }: ListedPosition): Over {
  return { id, words: `it was closed at ${isoTime(closedUs ?? 0)}, ${codeWords(reason ?? '')}` };
}

/** Returns what is about to be done, as lines. */
async function planOf(bus: Bus, view: AccountView, { scope, position, held }: Wanted): Promise<string[]> {
  const nowUs = await engineTimeUs(bus);
  const entries = view.orders.working().filter(({ order: { intent, strategy, request } }) => {
    return intent === 'entry' && binds(scope, { ...request, strategy });
  });
  const lines = [`leaves at the market, for ${view.account}:`];
  for (const one of held) lines.push(...(await positionLines(bus, view, one, nowUs)));
  if (held.length === 0)
    lines.push(`  nothing is held in ${haltScopeKey(scope)} as far as the engine has said`);
  if (position === null) lines.push('  and what is being opened there now');
  for (const { order } of entries)
    lines.push(
      `  withdraws the entry ${shortId(order.request.clientOrderId)}: ${requestWords(order.request)}`,
    );
  return [...lines, ...(await silentWords(bus, view.account, NEEDED))];
}

async function positionLines(
  bus: Bus,
  { orders }: AccountView,
  { position, reason }: ListedPosition,
  nowUs: TimeUs,
): Promise<string[]> {
  const { id, direction, quantity, instrument, averagePrice } = position;
  const last = await lastTrade(bus, instrument);
  const worth =
    last === undefined
      ? 'no trade of it is known'
      : `worth ${shortNumber(quantity.times(last.price))} at ${last.price} ` +
        `(${ageWords(nowUs - last.timeUs)} ago)`;
  const stop = orders.stopOf(position).order;
  return [
    `  ${shortId(id)}: ${direction} ${quantity} ${instrument}, ` +
      `entered at ${shortNumber(averagePrice)}, ${worth}`,
    ...(stop === null ? [] : [`    its stop at the venue goes with it: ${requestWords(stop.order.request)}`]),
    ...(reason === null ? [] : [`    it is being left already: ${codeWords(reason)}`]),
  ];
}

function closedWords(event: FactOf<'pos.evt'>['body']): string {
  if (event.type !== 'PositionClosed') return '';
  const { position, exitPrice, netPnl, returnPercent, reason } = event;
  const { id, direction, instrument } = position;
  const percent = returnPercent.rounded(2, 'half-even');
  return (
    `closed ${shortId(id)}: ${direction} ${instrument} at ${shortNumber(exitPrice)}, ` +
    `result ${shortNumber(netPnl)} (${percent} %), ${codeWords(reason)}`
  );
}

/** Returns what has not been closed in time, and why, as lines. */
async function remainWords(bus: Bus, account: AccountId, left: ReadonlySet<PositionId>): Promise<string[]> {
  if (left.size === 0) return [];
  const view = await readAccount(bus, account);
  const lines = openIn(view)
    .filter(({ position }) => left.has(position.id))
    .map(({ position: { id, instrument, quantity, direction } }) => {
      const exit = view.orders
        .working()
        .find(({ order }) => order.intent === 'exit' && order.position === id);
      const denial = view.orders.denialOf('exit', instrument);
      const why =
        exit !== undefined
          ? `its exit ${shortId(exit.order.request.clientOrderId)} is ${codeWords(exit.order.status)}`
          : denial !== null
            ? `its exit was denied: ${denial}`
            : 'execution has made no order of it yet';
      return `Still held: ${direction} ${quantity} ${instrument} (${shortId(id)}), ${why}.`;
    });
  const goesOn = 'position-risk goes on until it is flat: see `algo positions`.';
  return [...lines, ...(await silentWords(bus, account, NEEDED)), goesOn];
}
