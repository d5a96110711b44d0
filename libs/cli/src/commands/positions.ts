import type { Bus } from '@algo/bus';
import { type Decimal, isoTime, type Position } from '@algo/model';
import { codeWords, type ListedPosition, type VenueStopView } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, accountOf, openEngine } from '../engine/engine-access.ts';
import { type AccountView, lastTrade, readAccount, shortId, shortNumber } from '../reading/account-view.ts';
import { alignedRows, printLine } from '../reading/output.ts';
import { dustRows, shownDust } from '../reading/shown-dust.ts';
import { silentWords } from '../reading/silent-services.ts';

/**
 * A position as it is shown. *Units*: `pnl` quote, fees paid; of an open one at its last trade, null where no
 * trade of it is known. *Shape*: `by` is who had it left, null where no person had.
 */
interface ShownPosition extends ListedPosition {
  readonly lastPrice: Decimal | null;
  readonly pnl: Decimal | null;
  readonly venueStop: VenueStopView;
  readonly by: string | null;
}

/** Lists positions: the open ones, or all, and what is left over of earlier ones. */
export async function positions(
  options: AccessOptions & { readonly json?: boolean; readonly all?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  await using access = await openEngine(options, environment);
  const view = await readAccount(access.bus, accountOf(access.engine, options.account));
  const listed = view.positions.all().filter(({ state }) => options.all === true || state === 'open');
  const shown: ShownPosition[] = [];
  for (const one of listed) shown.push(await shownOf(access.bus, view, one));
  const left = await shownDust(access.bus, view.dust, environment);
  if (options.json === true) {
    for (const { position, ...rest } of shown) await printLine(JSON.stringify({ ...position, ...rest }));
    for (const one of left) await printLine(JSON.stringify(one));
    return;
  }
  if (shown.length === 0) await printLine(options.all === true ? 'no positions yet' : 'no open positions');
  else for (const line of tableOf(shown)) await printLine(line);
  if (access.running && shown.some(({ state }) => state === 'open'))
    for (const line of await silentWords(access.bus, view.account, ['position-risk', 'execution']))
      await printLine(line);
  if (left.length > 0) for (const line of alignedRows(dustRows(left))) await printLine(line);
}

function tableOf(shown: readonly ShownPosition[]): string[] {
  const headings = [
    ...['position', 'opened', 'instrument', 'direction', 'held', 'entry', 'exit', 'fees', 'P&L'],
    ...['stop', 'stop at the venue', 'moves', 'state', 'why'],
  ];
  return alignedRows([headings, ...shown.map(rowOf)]);
}

async function shownOf(bus: Bus, view: AccountView, one: ListedPosition): Promise<ShownPosition> {
  const { position, state, netPnl } = one;
  const last = state === 'open' ? await lastTrade(bus, position.instrument) : undefined;
  const pnl = last === undefined ? netPnl : resultAt(position, last.price);
  const venueStop = state === 'open' ? view.orders.stopOf(position) : { order: null, why: 'closed' };
  const by = view.persons.whoLeft(position.id)?.by ?? null;
  return { ...one, lastPrice: last?.price ?? null, pnl, venueStop, by };
}

function rowOf({
  position,
  state,
  stop,
  stopMoves,
  exitPrice,
  pnl,
  reason,
  venueStop,
  by,
}: ShownPosition): string[] {
  return [
    shortId(position.id),
    isoTime(position.openedUs),
    position.instrument,
    position.direction,
    position.quantity.toString(),
    shortNumber(position.averagePrice),
    exitPrice === null ? '-' : shortNumber(exitPrice),
    shortNumber(position.fees),
    pnl === null ? '-' : shortNumber(pnl),
    stop?.toString() ?? '-',
    state === 'open' ? stopWords(venueStop) : '-',
    String(stopMoves),
    state === 'open' && reason !== null ? 'being left' : state,
    reason === null ? '' : `${codeWords(reason)}${by === null ? '' : `, ${by}`}`,
  ];
}

function stopWords({ order: listed, why }: VenueStopView): string {
  if (listed === null) return `none: ${why}`;
  const { request, status } = listed.order;
  return `${request.quantity} at ${request.triggerPrice} (${codeWords(status)})`;
}

/** Returns what a position has come to if it were left at a price, less the fees so far. *Units*: quote. */
function resultAt({ direction, quantity, averagePrice, realized, fees }: Position, price: Decimal): Decimal {
  const move = direction === 'long' ? price.minus(averagePrice) : averagePrice.minus(price);
  return realized.plus(move.times(quantity)).minus(fees);
}
