import {
  type BookDifference,
  type BookRepair,
  type CorrectionMade,
  Decimal,
  InputError,
  type InstrumentId,
  instrumentParts,
  settledBy,
  TRAILING_DISTANCES,
} from '@algo/model';
import { type ComparisonReport, correctionWords, differenceIn, isPassed } from '@algo/read-models';
import { instrumentOf, readInstrumentCatalog } from '@algo/runtime';
import type { CliEnvironment } from '../config.ts';
import { CommandFailure } from '../exit-codes.ts';
import {
  type AccountView,
  ageWords,
  lastTrade,
  named,
  openIn,
  ownIn,
  readAccount,
  shortId,
  shortNumber,
} from '../reading/account-view.ts';
import type { AccessOptions } from '../reading/engine-access.ts';
import { printLine } from '../reading/output.ts';
import {
  engineTimeUs,
  expiryUs,
  fromNow,
  hearUntil,
  obey,
  openForPerson,
  type PersonOptions,
  type Steering,
} from './ask-engine.ts';
import { compareBooks } from './compare-books.ts';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { reportLines } from './reconcile.ts';

/** Execution has said a correction before it answers; position-risk follows within a moment. */
const FOLLOW_MAX_MS = 10_000;
const HUNDRED = Decimal.of('100');

export type SettleOptions = AccessOptions & PersonOptions & ConfirmOptions;

/** The books of an instrument, and what they are to become. */
interface Wanted {
  readonly instrument: InstrumentId;
  readonly how: BookRepair;
  readonly before: Pick<BookDifference, 'own' | 'beside' | 'held'>;
  readonly after: Pick<BookDifference, 'own' | 'beside'>;
}

/**
 * Settles what our books of an instrument and the exchange's differ in, as a person says: compares them
 * first, asks, and compares them once more.
 */
export async function settle(
  how: BookRepair,
  name: string,
  options: SettleOptions,
  environment: CliEnvironment,
): Promise<void> {
  await using asked = await openForPerson(options, environment);
  const { bus, account, person } = asked;
  const report = await compareBooks(asked, false);
  if (!isPassed(report))
    throw new CommandFailure(`The comparison failed: ${report.reasons.join('; ')}. Nothing was asked for.`);
  const view = await readAccount(bus, account);
  const wanted = wantedIn(how, chosen(name, report, view), report, view);
  await confirm(await planOf(asked, view, wanted, environment), options);
  const correction = await corrected(asked, wanted);
  const told = await followed(asked, wanted);
  const again = await compareBooks(asked, true);
  const { instrument } = wanted;
  const left = differenceIn(again, instrument);
  if (options.json === true) {
    const { commandId, by, reason } = person;
    const isSettled = isPassed(again) && left === undefined;
    const of = { commandId, account, instrument, how, by, reason };
    await printLine(JSON.stringify({ ...of, ...wanted, correction, guarded: told.isDone, isSettled }));
  } else {
    await printLine(`${instrument}: ${correctionWords(correction)}`);
    for (const line of heldLines(told.view, instrument)) await printLine(line);
    for (const line of reportLines(again, false)) await printLine(line);
  }
  const failed = [
    ...(told.isDone
      ? []
      : [`position-risk has not followed within ${FOLLOW_MAX_MS / 1_000} s: see \`algo positions\`.`]),
    ...(isPassed(again) && left === undefined
      ? []
      : [`${instrument} still differs: see \`algo reconcile\`.`]),
  ];
  if (failed.length > 0) throw new CommandFailure(failed.join('\n'));
}

/** Returns the instrument that a person named, by itself or by a position in it. *Errors*: InputError. */
function chosen(name: string, report: ComparisonReport, view: AccountView): InstrumentId {
  const held = openIn(view).map(({ position }) => position);
  const known = new Set([
    ...(isPassed(report) ? report.differences : []).map(({ instrument }) => instrument),
    ...[...held, ...view.dust.all(), ...view.beside.all()].map(({ instrument }) => instrument),
  ]);
  return named('instrument', name, [...known], (instrument) => {
    const positions = held.filter((position) => position.instrument === instrument).map(({ id }) => id);
    const { symbol } = instrumentParts(instrument);
    return { id: symbol, names: [instrument, ...new Set(positions.flatMap((id) => [shortId(id), id]))] };
  });
}

/** *Errors*: InputError where nothing would change. */
function wantedIn(
  how: BookRepair,
  instrument: InstrumentId,
  report: ComparisonReport,
  view: AccountView,
): Wanted {
  const [own, beside] = [ownIn(view, instrument), view.beside.get(instrument)?.beside ?? Decimal.zero];
  const before = differenceIn(report, instrument) ?? { own, beside, held: own.plus(beside) };
  const after = settledBy(how, before);
  if (!after.own.equals(before.own) || !after.beside.equals(before.beside))
    return { instrument, how, before, after };
  throw new InputError({
    ...{ field: 'instrument', value: instrument },
    because: `nothing to ${how}: ${numbers(before)}`,
    remedy: '`algo reconcile --dry-run` shows what differs, and what can be done about it.',
  });
}

/** Returns what is about to be done, as lines. */
async function planOf(
  { bus, account }: Steering,
  view: AccountView,
  { instrument, how, before, after }: Wanted,
  environment: CliEnvironment,
): Promise<string[]> {
  const last = await lastTrade(bus, instrument);
  const age = last === undefined ? '' : ageWords((await engineTimeUs(bus)) - last.timeUs);
  const worth = (quantity: Decimal) =>
    last === undefined
      ? 'no trade of it is known'
      : `worth ${shortNumber(quantity.times(last.price))} at ${last.price}, ${age} ago`;
  return [
    `${how}s ${instrument}, for ${account}:`,
    `  now: ${numbers(before)} (${worth(before.held)})`,
    `  then: ours ${after.own}, beside it ${after.beside}`,
    ...(after.own.equals(before.own)
      ? []
      : guardLines(view, instrument, after.own, last?.price, environment)),
    ...(after.beside.isZero()
      ? []
      : [`  nobody guards or sells the ${after.beside} beside it, and no equity counts them`]),
  ];
}

function numbers({ own, beside, held }: Wanted['before']): string {
  return `ours ${own}, beside it ${beside}, at the venue ${held}`;
}

/** Returns what becomes of the position and the stop behind it. */
function guardLines(
  view: AccountView,
  instrument: InstrumentId,
  own: Decimal,
  price: Decimal | undefined,
  { instrumentsFile }: CliEnvironment,
): string[] {
  const held = openIn(view).find(({ position }) => position.instrument === instrument);
  const grows = held !== undefined && own.isNegative() === (held.position.direction === 'short');
  if (held !== undefined && (own.isZero() || !grows))
    return [
      `  the position ${shortId(held.position.id)} ends in our books; ` +
        'its result is an estimate at the last price',
      ...(own.isZero() ? ['  its stop at the venue is withdrawn'] : []),
    ];
  if (held !== undefined)
    return [
      `  the position ${shortId(held.position.id)} has ${own.abs()} then; ` +
        `its stop at ${held.stop ?? 'no level yet'} guards all of it`,
    ];
  if (own.isZero()) return [];
  const { assetClass, priceTick } = instrumentOf(readInstrumentCatalog(instrumentsFile), instrument);
  const share = TRAILING_DISTANCES[assetClass];
  const away = own.isNegative() ? Decimal.one.plus(share) : Decimal.one.minus(share);
  const near = price === undefined ? '' : `, now near ${price.times(away).toStep(priceTick, 'down')}`;
  return [
    `  it becomes a position, entered at the last price, with a stop ${share.times(HUNDRED)} % behind the ` +
      `best price${near}; when the price gets there, all of it is sold`,
  ];
}

/** Has the books corrected. *Errors*: CommandFailure when it is refused, or nobody answers. */
async function corrected(
  { bus, account, person }: Steering,
  { instrument, how }: Wanted,
): Promise<CorrectionMade> {
  const place = await fromNow(bus, 'ORDERS', `ord.evt.${account}.>`);
  const of = { account, instrument, how, expiresWallUs: expiryUs() };
  const body = { type: 'CorrectBooks', ...person, ...of } as const;
  await obey(bus, account, { name: 'CorrectBooks', body });
  const said: { correction?: CorrectionMade } = {};
  const isIt: Parameters<typeof hearUntil>[2] = (fact) => {
    if (fact.name !== 'CorrectionMade' || fact.body.commandId !== person.commandId) return false;
    said.correction = fact.body;
    return true;
  };
  await hearUntil(bus, place, isIt, FOLLOW_MAX_MS);
  if (said.correction !== undefined) return said.correction;
  throw new CommandFailure('Obeyed, and no correction was heard of: see `algo journal`.');
}

/** Waits until position-risk holds what our books say now, and returns the account as it is then. */
async function followed(
  { bus, account }: Steering,
  { instrument, after }: Wanted,
): Promise<{ readonly isDone: boolean; readonly view: AccountView }> {
  const place = await fromNow(bus, 'POSITIONS', `pos.evt.${account}.>`, `pos.dust.${account}.>`);
  const view = await readAccount(bus, account);
  const isThere = () => ownIn(view, instrument).equals(after.own);
  const take: Parameters<typeof hearUntil>[2] = (fact) => {
    view.positions.take(fact);
    view.dust.take(fact);
    return isThere();
  };
  const isDone = isThere() || (await hearUntil(bus, place, take, FOLLOW_MAX_MS));
  return { isDone, view };
}

function heldLines(view: AccountView, instrument: InstrumentId): string[] {
  return openIn(view)
    .filter(({ position }) => position.instrument === instrument)
    .map(({ position: { id, direction, quantity, averagePrice }, stop }) => {
      const guard = stop === null ? 'no stop yet' : `stop at ${stop}`;
      return `position ${shortId(id)}: ${direction} ${quantity} at ${shortNumber(averagePrice)}, ${guard}`;
    });
}
