import { streamFillWords } from '@algo/model';
import { entryLines, feedRows } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, accountOf, openEngine } from '../engine/engine-access.ts';
import { type EngineStatus, readEngineStatus, type ShardStatus } from '../reading/engine-status.ts';
import { alignedRows, printLine } from '../reading/output.ts';
import { silentSeconds } from '../reading/silent-services.ts';
import { countsOf, grouped } from '../supervisor/status-table.ts';

/** Shows how an engine is, or how it was left, and what one of its accounts did. */
export async function status(
  options: AccessOptions & { readonly json?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  await using access = await openEngine(options, environment);
  const found = await readEngineStatus(access, accountOf(access.engine, options.account));
  if (options.json === true) return printLine(JSON.stringify(found));
  for (const line of statusLines(found)) await printLine(line);
}

/** Returns a status as lines for people. */
export function statusLines(found: EngineStatus): string[] {
  const { running, place, feed, account, exchange } = found;
  const where = exchange === 'paper' ? 'on paper' : `LIVE, REAL MONEY on ${exchange}`;
  return [
    `engine ${running ? 'running' : 'stopped'} · feed ${feed} · account ${account} ${where} · ${place}`,
    // First, since it is why services below it are silent.
    ...(found.disk === null ? [] : [found.disk]),
    ...(running ? serviceLines(found) : []),
    ...found.silent,
    ...entriesOf(found),
    ...shardLines(found.shards),
    ...found.streamsFilling.map((fill) => `stream ${streamFillWords(fill)}`),
    ...alignedRows([
      ...feedRows(found.feeds),
      [
        'trades in',
        `${grouped(found.tradesIn)}${found.tradesInIsWhole ? '' : ' (the stream has dropped older ones)'}`,
      ],
      ['stored', grouped(found.stored)],
      ...(running
        ? [['in flight', grouped(found.inFlight ?? 0)]]
        : [
            ...(found.unstored ? [['to store', `${grouped(found.unstored)}, by the next start`]] : []),
            ['duplicate', grouped(found.duplicate ?? 0)],
          ]),
      ['gaps', `${grouped(found.gaps)}, missing ids ${grouped(found.missingIds)}`],
      ['trades refused', grouped(found.tradesRefused)],
      ['signals', grouped(found.signals)],
      [
        'decisions',
        `${grouped(found.decisionsAccepted)} accepted, ${grouped(found.decisionsRefused)} refused`,
      ],
      [
        'orders',
        `${found.ordersSubmitted} submitted, ${found.ordersDenied} denied, ${found.ordersRejected} rejected`,
      ],
      ['fills', grouped(found.fills)],
      [
        'positions',
        `${found.positionsOpen} open, ${found.positionsClosed} closed, ${found.stopMoves} stop moves`,
      ],
      ['P&L realised', found.realizedPnl],
      ['equity', found.equity ?? '-'],
      ...oddRows(found),
    ]),
    ...volumeLines(found),
  ];
}

/** Returns who shares the shards, where they are several or some are on their way. */
function shardLines({ revision, processes }: ShardStatus): string[] {
  const isUsual = processes.length === 1 && (processes[0]!.moving ?? 0) === 0;
  if (isUsual) return [];
  const words = processes.map(({ process, planned, moving }) => {
    const more = moving === null ? ' (silent)' : moving === 0 ? '' : ` (${moving} move)`;
    return `${process} ${planned}${more}`;
  });
  return [`shards, revision ${revision}: ${words.join(', ')}`];
}

/** What a silent service said last may be true no more: that entries pass is not repeated for it. */
function entriesOf({ entries, silent }: EngineStatus): string[] {
  if (entries === null) return [];
  const isHeard = !silent.some((line) => line.startsWith('execution.'));
  if (!isHeard && entries.causes.length === 0)
    return ['entries: nothing stopped them when execution spoke last'];
  return entryLines(entries);
}

/** Returns a row each for cash by no trade, fees without a price, what lies beside, dust: where any is. */
function oddRows({ unvaluedFees, beside, dust, cash }: EngineStatus): string[][] {
  const fees = unvaluedFees.map(({ asset, amount }) => `${amount} ${asset}`).join(', ');
  const apart = beside.map(({ instrument, beside: quantity }) => `${quantity} ${instrument}`).join(', ');
  const left = dust.map(({ instrument, quantity }) => `${quantity} ${instrument}`).join(', ');
  const moved = cash.map(({ asset, reason, amount }) => `${reason} ${amount} ${asset}`).join(', ');
  return [
    ...(moved === '' ? [] : [['cash by no trade', moved]]),
    ...(fees === '' ? [] : [['fees without a price', `${fees}: no part of equity`]]),
    ...(apart === '' ? [] : [['beside ours', `${apart}: at the venue, nobody guards it`]]),
    ...(left === '' ? [] : [['dust', `${left}: see algo dust`]]),
  ];
}

function serviceLines({ services, askedMs }: Pick<EngineStatus, 'services' | 'askedMs'>): string[] {
  return alignedRows(
    services.map((status) => {
      const { instance, ready, pid, counters, notes } = status;
      const { rssBytes = 0, uptimeMs: _, ...counts } = counters;
      const row = { instance, state: '', pid, restarts: 0, rssBytes, counters: counts, note: '' };
      const seconds = silentSeconds(status.timeUs, askedMs);
      const state = seconds !== null ? `SILENT for ${seconds} s` : ready ? 'ready' : 'not ready';
      return [`  ${instance}`, state, String(pid), countsOf(row), notes.join('; ')];
    }),
  );
}

function volumeLines({ instruments }: EngineStatus): string[] {
  if (instruments.length === 0) return [];
  const frames = Object.keys(instruments[0]!.candleVolume);
  return alignedRows([
    ['volume', 'in trades', ...frames.map((frame) => `in ${frame}`)],
    ...instruments.map(({ instrument, tradeVolume, candleVolume }) => [
      instrument,
      String(tradeVolume),
      ...Object.values(candleVolume).map(String),
    ]),
  ]);
}
