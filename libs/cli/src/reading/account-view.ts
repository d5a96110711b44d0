import type { Bus } from '@algo/bus';
import { subjects } from '@algo/contracts';
import { type AccountId, Decimal, InputError, type InstrumentId, type TimeUs } from '@algo/model';
import {
  BesideList,
  DustList,
  type ListedPosition,
  OrderList,
  PersonList,
  PositionList,
} from '@algo/read-models';
import { readCommands, readEvents, readPositions } from './read-events.ts';

/** Fewer characters of an id than these name nothing. */
const PREFIX_MIN = 4;
/** Of an id that is shown to people: enough to name it. */
const SHOWN = 9;

/** What one account holds, has at the venue, and was asked for. */
export interface AccountView {
  readonly account: AccountId;
  readonly positions: PositionList;
  readonly orders: OrderList;
  readonly persons: PersonList;
  readonly dust: DustList;
  readonly beside: BesideList;
}

/** The last trade of an instrument. *Units*: `price` quote. */
export interface LastTrade {
  readonly price: Decimal;
  readonly timeUs: TimeUs;
}

/** Returns an account as its events tell it. */
export async function readAccount(bus: Bus, account: AccountId): Promise<AccountView> {
  const [positions, orders, persons] = [new PositionList(), new OrderList(), new PersonList()];
  const [dust, beside] = [new DustList(), new BesideList()];
  for await (const { fact } of readPositions(bus, account)) {
    positions.take(fact);
    dust.take(fact);
  }
  for await (const { fact } of readEvents(bus, 'ORDERS', `ord.evt.${account}.>`)) {
    orders.take(fact);
    beside.take(fact);
  }
  for await (const { fact } of readCommands(bus, account)) persons.take(fact);
  return { account, positions, orders, persons, dust, beside };
}

/** Returns the positions that are open. */
export function openIn({ positions }: AccountView): ListedPosition[] {
  return positions.all().filter(({ state }) => state === 'open');
}

/** Returns what position-risk holds for ours of an instrument, dust included. *Units*: base, signed. */
export function ownIn(view: AccountView, instrument: InstrumentId): Decimal {
  return openIn(view)
    .map(({ position }) => position)
    .filter((position) => position.instrument === instrument)
    .map(({ direction, quantity }) => (direction === 'long' ? quantity : quantity.negated()))
    .reduce((sum, one) => sum.plus(one), view.dust.get(instrument)?.quantity ?? Decimal.zero);
}

/** Returns the last trade of an instrument that is still stored; undefined when there is none. */
export async function lastTrade(bus: Bus, instrument: InstrumentId): Promise<LastTrade | undefined> {
  const fact = (await bus.last('MARKET', subjects.trades(instrument)))?.fact;
  if (fact?.name !== 'TradeBatch' || fact.body.trades.count === 0) return undefined;
  const { price, timeUs, count } = fact.body.trades;
  return { price: Decimal.of(String(price[count - 1])), timeUs: timeUs[count - 1]! };
}

/** What a person may name though it is no more. *Shape*: `words` what became of it. */
export interface Over {
  readonly id: string;
  readonly words: string;
}

/**
 * Returns the one that a person named: by its id, the beginning of it, or another name it goes by. *Errors*:
 * InputError with what there is when it is none or several of them, and with what became of one that is over.
 */
export function named<Item>(
  field: string,
  text: string,
  items: readonly Item[],
  of: (item: Item) => { readonly id: string; readonly names: readonly string[] },
  over: readonly Over[] = [],
): Item {
  const isBeginOf = (id: string) => text.length >= PREFIX_MIN && id.startsWith(text);
  const exact = items.filter((item) => of(item).id === text || of(item).names.includes(text));
  const begin = items.filter((item) => isBeginOf(of(item).id));
  const [found, ...others] = exact.length > 0 ? exact : begin;
  if (found !== undefined && others.length === 0) return found;
  const known = items.map((item) => `${shortId(of(item).id)} (${of(item).names.join(', ')})`);
  const ended = over.findLast(({ id }) => id === text || isBeginOf(id));
  const none = ended?.words ?? 'there is none of that name';
  throw new InputError({
    ...{ field, value: text, because: found === undefined ? none : 'names several' },
    remedy: known.length === 0 ? `There is no ${field} to name.` : `There is ${known.join('; ')}.`,
  });
}

/** Returns the beginning of an id, by which people can name it. */
export function shortId(id: string): string {
  return id.slice(0, SHOWN);
}

/** Returns a number as people read it: of what no venue would take, 6 digits behind the point. */
export function shortNumber(value: Decimal): string {
  return value.rounded(6, 'half-even').toString();
}

/** Returns an age in the words of a person, from µs. */
export function ageWords(ageUs: number): string {
  const seconds = Math.max(0, Math.round(ageUs / 1_000_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
