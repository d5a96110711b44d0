import { isoTime } from '@algo/model';
import { type ListedPosition, PositionList } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, accountOf, openEngine } from '../reading/engine-access.ts';
import { alignedRows, printLine } from '../reading/output.ts';
import { readEvents } from '../reading/read-events.ts';

/** Lists positions: the open ones, or all. */
export async function positions(
  options: AccessOptions & { readonly json?: boolean; readonly all?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  await using access = await openEngine(options, environment);
  const list = new PositionList();
  const account = accountOf(access.engine, options.account);
  for await (const { fact } of readEvents(access.bus, 'POSITIONS', `pos.evt.${account}.>`)) list.take(fact);
  const shown = list.all().filter(({ state }) => options.all === true || state === 'open');
  if (options.json === true) {
    for (const { position, ...rest } of shown) await printLine(JSON.stringify({ ...position, ...rest }));
    return;
  }
  if (shown.length === 0) return printLine(options.all === true ? 'no positions yet' : 'no open positions');
  const headings = [
    'opened',
    'instrument',
    'direction',
    'quantity',
    'price',
    'stop',
    'moves',
    'state',
    'P&L',
    'why',
  ];
  for (const line of alignedRows([headings, ...shown.map(rowOf)])) await printLine(line);
}

function rowOf({ position, state, stop, stopMoves, netPnl, reason }: ListedPosition): string[] {
  return [
    isoTime(position.openedUs),
    position.instrument,
    position.direction,
    position.quantity.toString(),
    position.averagePrice.toString(),
    stop?.toString() ?? '-',
    String(stopMoves),
    state,
    (netPnl ?? position.realized).toString(),
    reason ?? '',
  ];
}
