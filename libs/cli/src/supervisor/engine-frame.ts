import type { ServiceStatus } from '@algo/contracts';
import { diskWords } from '../engine/disk-room.ts';
import type { EngineSupervisor } from './engine-supervisor.ts';
import type { ServiceProcess } from './service-process.ts';
import type { EngineFrame, ServiceRow } from './status-table.ts';
import { grouped } from './status-table.ts';
import type { UpOptions } from './up-options.ts';

/** Returns what the status table shows of an engine now. */
export function engineFrame(engine: EngineSupervisor): EngineFrame {
  const { view, parts, nats } = engine;
  const natsRow: ServiceRow = {
    instance: 'nats-server',
    state: nats.pid === undefined ? 'restarting' : 'running',
    pid: nats.pid ?? null,
    restarts: engine.natsRestarts,
    rssBytes: 0,
    counters: {},
    note: nats.url,
  };
  const { equity } = view;
  const disk = diskWords(parts.dataDir);
  return {
    title: `algo · ${modeOf(parts.options)} · ${parts.options.feed} · ${parts.dataDir}`,
    services: [natsRow, ...engine.services.map((service) => rowOf(engine, service))],
    totals: {
      trades: grouped(view.sum('ingest', 'accepted')),
      'trades/s': grouped(view.tradesPerSecond),
      stored: grouped(view.sum('analytics', 'stored')),
      signals: grouped(view.sum('analytics', 'signals')),
      accepted: grouped(view.sum('decision', 'accepted')),
      refused: grouped(view.sum('decision', 'refused')),
      orders: grouped(view.sum('execution', 'submitted')),
      fills: grouped(view.sum('execution', 'filled')),
      open: grouped(view.sum('position-risk', 'open')),
      closed: grouped(view.sum('position-risk', 'closed')),
      'stop moves': grouped(view.sum('position-risk', 'stopsMoved')),
      'P&L realised': view.realizedPnl.rounded(2, 'half-even').toString(),
      equity: equity === undefined ? '-' : equity.rounded(2, 'half-even').toString(),
    },
    lastEvent: view.lastEvent,
    notes: [disk, ...view.refusals.values(), ...view.stopped.values()].filter((note) => note !== undefined),
  };
}

/** Returns whether real money trades here, in words. */
export function modeOf({ live }: Pick<UpOptions, 'live'>): string {
  if (live.length === 0) return 'paper';
  return `LIVE, REAL MONEY: ${live.map(({ account, exchange }) => `${account} on ${exchange}`).join(', ')}`;
}

function noteOf(service: ServiceProcess, current: ServiceStatus | undefined): string {
  if (service.state === 'restarting') return service.lastFailure;
  return current?.notes.join('; ') ?? '';
}

function rowOf(engine: EngineSupervisor, service: ServiceProcess): ServiceRow {
  const status = engine.view.statuses.get(service.name);
  const current = status?.pid === service.pid ? status : undefined;
  const { rssBytes: _, uptimeMs: __, ...counters } = status?.counters ?? {};
  const isIngest = status?.service === 'ingest';
  const state = service.state === 'restarting' ? `restarting in ${service.restartInMs} ms` : service.state;
  return {
    instance: service.name,
    state: service.state === 'running' && current?.ready === false ? 'not ready' : state,
    pid: service.pid ?? null,
    restarts: service.restarts,
    rssBytes: current?.counters.rssBytes ?? 0,
    counters: isIngest ? { ...counters, tradesPerSecond: engine.view.tradesPerSecond } : counters,
    note: noteOf(service, current),
  };
}
