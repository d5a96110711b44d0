import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliEnvironment, ROOT } from '../config.ts';
import { findNatsBinary } from '../engine/nats-binary.ts';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';
import { EngineSupervisor } from '../supervisor/engine-supervisor.ts';
import { parseUpOptions } from '../supervisor/up-options.ts';
import { SmokeStages, type StageReport } from './smoke-stages.ts';

const SMOKE_MAX_MS = 120_000;

/**
 * Runs a scratch engine on the synthetic market until every stage was seen, or says which one stayed silent.
 */
export async function smoke(
  options: { readonly json?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'algo-smoke-'));
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort());
  try {
    const silent = await runScratch(dataDir, stop.signal, environment, (report) =>
      printLine(options.json === true ? JSON.stringify(report) : reportLine(report)),
    );
    if (silent !== undefined) throw new CommandFailure(silent);
    if (options.json !== true) await printLine('every stage was seen');
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Returns why it failed, or undefined when every stage was seen. */
async function runScratch(
  dataDir: string,
  signal: AbortSignal,
  environment: CliEnvironment,
  tell: (report: StageReport) => Promise<void>,
): Promise<string | undefined> {
  const startMs = performance.now();
  const engine = await EngineSupervisor.start({
    options: parseUpOptions({ feed: 'synthetic' }, (path) => path),
    dataDir,
    root: ROOT,
    natsBinary: await findNatsBinary(environment.inherited, () => undefined),
    inherited: environment.inherited,
    say: () => undefined,
  });
  try {
    const stages = await SmokeStages.watch(engine, startMs, tell);
    engine.startServices();
    const fault = Promise.race([
      engine.misconfigured.then(
        ({ identity, message }) => `${identity} can't use its configuration:\n${message}`,
      ),
      timeout(SMOKE_MAX_MS, signal).then(() => undefined),
    ]);
    const failed = await Promise.race([stages.complete, fault]);
    await stages.close();
    return failed ?? (stages.silent === undefined ? undefined : silence(stages.silent, signal));
  } finally {
    await engine.stop();
  }
}

function silence(stage: string, signal: AbortSignal): string {
  return signal.aborted ? 'interrupted' : `silent stage: ${stage} (nothing within ${SMOKE_MAX_MS / 1_000} s)`;
}

function timeout(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function reportLine({ stage, atMs, count, sinceCauseMs, detail }: StageReport): string {
  const since = sinceCauseMs === null ? '' : `  ${sinceCauseMs.toFixed(0)} ms after its cause`;
  const at = `${(atMs / 1_000).toFixed(2).padStart(7)} s`;
  return `ok    ${stage.padEnd(20)} ${at}  ${String(count).padStart(8)}  ${detail}${since}`;
}
