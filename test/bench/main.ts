// Measures the engine against the bare parts it is made of.
// usage: npm run bench [-- NAME...] [--json FILE] [--scale N]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Bench, BenchResult } from './figures.ts';
import { machine } from './machine.ts';
import { markdownRows, table } from './table.ts';

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  throughput: () => import('./throughput.bench.ts'),
  latency: () => import('./latency.bench.ts'),
  publish: () => import('./publish.bench.ts'),
  bus: () => import('./bus.bench.ts'),
  guard: () => import('./guard.bench.ts'),
  codec: () => import('./codec.bench.ts'),
  store: () => import('./store.bench.ts'),
  import: () => import('./import.bench.ts'),
  frames: () => import('./frames.bench.ts'),
  sequencer: () => import('./sequencer.bench.ts'),
  analytics: () => import('./analytics.bench.ts'),
  backtest: () => import('./backtest.bench.ts'),
  memory: () => import('./memory.bench.ts'),
  orders: () => import('./orders.bench.ts'),
  venue: () => import('./venue.bench.ts'),
  takeover: () => import('./takeover.bench.ts'),
  scale: () => import('./scale.bench.ts'),
  reconcile: () => import('./reconcile.bench.ts'),
  restart: () => import('./restart.bench.ts'),
  streams: () => import('./streams.bench.ts'),
  replicas: () => import('./replicas.bench.ts'),
  wide: () => import('./wide.bench.ts'),
};
const USAGE = `usage: npm run bench [-- NAME...] [--json FILE] [--markdown FILE] [--scale N]
NAME: ${Object.keys(BENCHES).join(', ')}; all of them when left out`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      markdown: { type: 'string' },
      scale: { type: 'string', default: '1' },
      help: { type: 'boolean' },
    },
  });
  const scale = Number(values.scale);
  const names = positionals.length === 0 ? Object.keys(BENCHES) : positionals;
  if (values.help === true || !(scale > 0) || names.some((name) => !Object.hasOwn(BENCHES, name))) {
    console.error(USAGE);
    process.exitCode = values.help === true ? 0 : 2;
    return;
  }
  const results = [];
  const markdown: string[] = [];
  for (const name of names) {
    const bench = await BENCHES[name]!();
    const at = machine();
    console.log(
      `\n${bench.name}: ${bench.description}\nload ${at.load.toFixed(1)} on ${at.cores} cores, scale ${scale}`,
    );
    const result = await bench
      .run({ scale, say: (line) => console.error(`  ${line}`) })
      .catch((error: unknown): BenchResult => {
        process.exitCode = 1; // the others are measured all the same
        return { figures: [], notes: [`not measured: ${(error as Error).message}`] };
      });
    console.log(`\n${table(result.figures)}\n${result.notes.map((note) => `  - ${note}`).join('\n')}`);
    results.push({ bench: name, machine: at, scale, ...result });
    markdown.push(...markdownRows(name, result.figures));
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
    if (values.markdown !== undefined) writeFileSync(values.markdown, `${markdown.join('\n')}\n`);
  }
}

await main();
