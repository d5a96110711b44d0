// Opens a DuckDB file as soon as nobody else has it, says so, and keeps it for so many ms.
// usage: node hold-file.ts FILE MS
import { setTimeout } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';

const [file, keepMs] = process.argv.slice(2);
const AGAIN_MS = 20;
const PATIENCE_MS = 60_000;

for (const endMs = performance.now() + PATIENCE_MS; performance.now() < endMs; await setTimeout(AGAIN_MS)) {
  const opened = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' }).catch(() => undefined);
  if (opened === undefined) continue;
  process.stdout.write('open\n');
  await setTimeout(Number(keepMs));
  opened.closeSync();
  process.exit(0);
}
process.exit(1);
