import { ACCOUNT, pause } from './chain.ts';
import { type BenchOptions, type BenchResult, quantile, single } from './figures.ts';
import { OrderPast } from './order-past.ts';
import { cpuMs } from './process-figures.ts';

export const name = 'reconcile';
export const description = 'CPU of one light pass: 200 positions, a stop at the venue behind each';

const POSITIONS = 200;
const PASSES = 200;
const WARM_PASSES = 30;
/** A process's CPU is told in steps of 10 ms, so some passes are measured together. */
const TOGETHER = 10;
const CPU_MAX_MS = 50;
const STOPS_MAX_MS = 60_000;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  await using past = await OrderPast.open(POSITIONS);
  await past.start();
  await past.hold(say);
  for (const late = performance.now() + STOPS_MAX_MS; ; await pause(200)) {
    const { orders, positions } = await past.compare();
    if (orders === POSITIONS && positions === POSITIONS) break;
    if (performance.now() > late) throw new Error(`${orders} stops behind ${positions} positions`);
  }
  for (let i = 0; i < WARM_PASSES; i++) await past.compare();
  const pid = past.pids().get(`reconcile.${ACCOUNT}`)!;
  const cpu: number[] = [];
  const tookMs: number[] = [];
  for (let i = 0; i < Math.max(2, (PASSES * scale) / TOGETHER); i++) {
    const began = cpuMs(pid);
    for (let n = 0; n < TOGETHER; n++) {
      const beganMs = performance.now();
      await past.compare();
      tookMs.push(performance.now() - beganMs);
    }
    cpu.push((cpuMs(pid) - began) / TOGETHER);
  }
  const most = { of: 'value', most: CPU_MAX_MS } as const;
  return {
    figures: [
      single('a pass, median', 'ms CPU', quantile(cpu, 0.5), most),
      single('a pass, the worst ten', 'ms CPU', quantile(cpu, 1), most),
      single('asked → answered, p50', 'ms', quantile(tookMs, 0.5)),
    ],
    notes: [
      `${tookMs.length} passes of the real process: its own events, the venue’s fills, orders, positions and`,
      'balances over the wire, the comparison and its report; whatever else it does meanwhile is in it',
    ],
  };
}
