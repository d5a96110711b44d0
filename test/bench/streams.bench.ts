import { STREAMS, type StreamName } from '@algo/contracts';
import { BenchServer } from './bench-server.ts';
import { pause } from './chain.ts';
import { EngineProcesses } from './engine-processes.ts';
import { type BenchOptions, type BenchResult, single } from './figures.ts';

export const name = 'streams';
export const description = 'bytes in all streams together for a trade of the demo, at × 200';

const PROCESSES = [
  ...['paper-venue', 'reconcile', 'execution', 'position-risk', 'decision'].map((one) => `${one}.paper-main`),
  ...['analytics.0', 'notifier.main', 'ingest.synthetic'],
];
const SPEED = 200;
/** Those of the history that the demo begins with are among them. */
const TRADES = 300_000;
const BYTES_MOST = 1_000;
const STUCK_MS = 60_000;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const trades = Math.round(TRADES * scale);
  await using server = await BenchServer.start();
  await using processes = new EngineProcesses(server);
  await processes.start(PROCESSES, { ALGO_FEED: 'synthetic', ALGO_SPEED: String(SPEED) });
  const stored = () => processes.statuses.get('analytics.0')?.counters.stored ?? 0;
  for (let last = 0, lastMs = performance.now(); stored() < trades; await pause(100)) {
    if (stored() > last) [last, lastMs] = [stored(), performance.now()];
    if (performance.now() - lastMs > STUCK_MS) throw new Error(`no trade for ${STUCK_MS} ms: ${stored()}`);
  }
  const bus = await server.bus('bench-streams');
  const names = Object.keys(STREAMS) as StreamName[];
  const uses = await Promise.all(names.map(async (stream) => ({ stream, ...(await bus.use(stream)) })));
  const count = stored();
  say(`${count} trades`);
  const each = uses.map(({ stream, bytes }) => ({ stream, bytes: bytes / count }));
  const all = each.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    figures: [
      single('all streams together', 'B/trade', all, { of: 'value', most: BYTES_MOST }),
      ...each
        .filter(({ bytes }) => bytes >= 1)
        .toSorted((a, b) => b.bytes - a.bytes)
        .map(({ stream, bytes }) => single(stream, 'B/trade', bytes)),
    ],
    notes: [`${count.toLocaleString('en-US')} trades of the synthetic market at × ${SPEED}, every process`],
  };
}
