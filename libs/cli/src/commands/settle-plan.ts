import type { Bus } from '@algo/bus';
import {
  type BookDifference,
  type BookRepair,
  Decimal,
  InputError,
  type InstrumentId,
  instrumentParts,
  settledBy,
  TRAILING_DISTANCES,
} from '@algo/model';
import { type ComparisonReport, differenceIn, isPassed } from '@algo/read-models';
import { knownInstrument } from '@algo/runtime';
import type { CliEnvironment } from '../config.ts';
import {
  type AccountView,
  ageWords,
  lastTrade,
  named,
  openIn,
  ownIn,
  shortId,
  shortNumber,
} from '../reading/account-view.ts';
import { engineTimeUs, type Steering } from './ask-engine.ts';

const HUNDRED = Decimal.of('100');

/** What of contracts is set up otherwise than it was, in words. */
export type SetupChanges = ReadonlyMap<InstrumentId, string>;

/**
 * The books of an instrument, and what they are to become. *Shape*: `setup` is what of the contract may
 * stay as it is now; null where nothing of it is asked.
 */
export interface Wanted {
  readonly instrument: InstrumentId;
  readonly how: BookRepair;
  readonly before: Pick<BookDifference, 'own' | 'beside' | 'held'>;
  readonly after: Pick<BookDifference, 'own' | 'beside'>;
  readonly setup: string | null;
}

/** Returns the instrument that a person named, by itself or by a position in it. *Errors*: InputError. */
export function instrumentNamed(
  name: string,
  report: ComparisonReport,
  view: AccountView,
  setups: SetupChanges,
): InstrumentId {
  const held = openIn(view).map(({ position }) => position);
  const known = new Set([
    ...(isPassed(report) ? report.differences : []).map(({ instrument }) => instrument),
    ...[...held, ...view.dust.all(), ...view.beside.all()].map(({ instrument }) => instrument),
    ...setups.keys(),
  ]);
  if (known.size === 0)
    throw new InputError({
      ...{ field: 'instrument', value: name },
      because: 'nothing is held of any instrument, by us or at the venue, and the books agree',
      remedy: '`algo reconcile --history` shows what differed before.',
    });
  return named('instrument', name, [...known], (instrument) => {
    const positions = held.filter((position) => position.instrument === instrument).map(({ id }) => id);
    const { symbol } = instrumentParts(instrument);
    return { id: symbol, names: [instrument, ...new Set(positions.flatMap((id) => [shortId(id), id]))] };
  });
}

/** Returns what the books become. *Errors*: InputError where nothing would change. */
export function wantedIn(
  how: BookRepair,
  instrument: InstrumentId,
  report: ComparisonReport,
  view: AccountView,
  setups: SetupChanges,
): Wanted {
  const [own, beside] = [ownIn(view, instrument), view.beside.get(instrument)?.beside ?? Decimal.zero];
  const before = differenceIn(report, instrument) ?? { own, beside, held: own.plus(beside) };
  const after = settledBy(how, before);
  const setup = how === 'acknowledge' ? (setups.get(instrument) ?? null) : null;
  if (setup !== null || !after.own.equals(before.own) || !after.beside.equals(before.beside))
    return { instrument, how, before, after, setup };
  throw new InputError({
    ...{ field: 'instrument', value: instrument },
    because: `nothing to ${how}: ${numbers(before)}`,
    remedy: '`algo reconcile --dry-run` shows what differs, and what can be done about it.',
  });
}

/** Returns what is about to be done, as lines. */
export async function planOf(
  { bus, account }: Steering,
  view: AccountView,
  { instrument, how, before, after, setup }: Wanted,
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
    ...(setup === null ? [] : [`  its setup may stay as it is: ${setup}`]),
    ...(after.own.equals(before.own)
      ? []
      : await guardLines(bus, view, instrument, after.own, last?.price, environment)),
    ...(after.beside.isZero()
      ? []
      : [`  nobody guards or sells the ${after.beside} beside it, and no equity counts them`]),
  ];
}

function numbers({ own, beside, held }: Wanted['before']): string {
  return `ours ${own}, beside it ${beside}, at the venue ${held}`;
}

/** Returns what becomes of the position and the stop behind it. */
async function guardLines(
  bus: Bus,
  view: AccountView,
  instrument: InstrumentId,
  own: Decimal,
  price: Decimal | undefined,
  { instrumentsFile }: CliEnvironment,
): Promise<string[]> {
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
  const rules = await knownInstrument(bus, instrumentsFile, instrument);
  if (rules === undefined) return ['  by which rules it is traded is not known here'];
  const { assetClass, priceTick } = rules;
  const share = TRAILING_DISTANCES[assetClass];
  const away = own.isNegative() ? Decimal.one.plus(share) : Decimal.one.minus(share);
  const near = price === undefined ? '' : `, now near ${price.times(away).toStep(priceTick, 'down')}`;
  return [
    `  it becomes a position, entered at the last price, with a stop ${share.times(HUNDRED)} % behind the ` +
      `best price${near}; when the price gets there, all of it is sold`,
  ];
}
