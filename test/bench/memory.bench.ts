import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchServer } from './bench-server.ts';
import { pause } from './chain.ts';
import { EngineProcesses } from './engine-processes.ts';
import { type BenchOptions, type BenchResult, single } from './figures.ts';

export const name = 'memory';
export const description =
  'resident memory of every service process at rest, and whether heavy libraries were loaded';

const SERVICES = ['paper-venue', 'execution', 'position-risk', 'decision', 'analytics', 'notifier', 'ingest'];
const SETTLE_MS = 15_000;
const MIB = 2 ** 20;
const HEAVY = /\/node_modules\/(ccxt|firebase-admin|@google-cloud\/firestore)\//;
const AT_REST = { ALGO_PACING: 'steps', ALGO_FEED: 'synthetic', ALGO_WARM_HISTORY_MINUTES: '0' };

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const settleMs = SETTLE_MS * Math.min(1, scale);
  await resident(0); // the compile cache is filled, as after any first start
  const figures = [...(await resident(settleMs))].map(([service, mib]) => {
    const most = service === 'analytics' ? 200 : 130;
    return single(`${service}, resident`, 'MiB', mib, { of: 'value', most });
  });
  say('resident memory read; starting once more with a list of what is loaded');
  const loaded = await loadedModules();
  const heavy = [...loaded].flatMap(([service, urls]) =>
    urls.filter((url) => HEAVY.test(url)).map((url) => `${service}: ${url}`),
  );
  const modules = SERVICES.map((service) => `${service} ${loaded.get(service)!.length}`).join(', ');
  return {
    figures: [
      ...figures,
      single('modules of ccxt, firebase-admin, firestore loaded', '', heavy.length, { of: 'value', most: 0 }),
    ],
    notes: [
      `${settleMs} ms after all were ready, second start of the checkout (the first compiles and takes some 20 MiB more); ingest gives out the synthetic market in real time (a few trades a second), the least it can do`,
      `modules loaded: ${modules}`,
      ...heavy.slice(0, 5),
    ],
  };
}

/** Returns the resident memory of every service after a while at rest. */
async function resident(settleMs: number): Promise<Map<string, number>> {
  await using server = await BenchServer.start();
  await using processes = new EngineProcesses(server);
  await processes.start(SERVICES, AT_REST);
  await pause(settleMs);
  return new Map(SERVICES.map((service) => [service, residentMiB(processes.pid(service))]));
}

/** Returns VmRSS as the kernel has it. */
function residentMiB(pid: number): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((text) => text.startsWith('VmRSS:'));
  return (Number(line?.replaceAll(/\D/g, '')) * 1_024) / MIB;
}

async function loadedModules(): Promise<Map<string, string[]>> {
  const dir = mkdtempSync(join(tmpdir(), 'algo-bench-modules-'));
  try {
    {
      await using server = await BenchServer.start();
      await using processes = new EngineProcesses(server);
      const recorder = fileURLToPath(new URL('./record-modules.ts', import.meta.url));
      for (const service of SERVICES) {
        const list = join(dir, service);
        await processes.start([service], { ...AT_REST, BENCH_MODULE_LIST: list }, ['--import', recorder]);
      }
    }
    return new Map(
      SERVICES.map((service) => [
        service,
        readFileSync(join(dir, service), 'utf8').split('\n').filter(Boolean),
      ]),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
