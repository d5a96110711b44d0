// The thread that owns all of DuckDB's calls: flushSync and
// commits block, so they may not run where trades are handled.
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { FilePool } from './file-pool.ts';
import { transferables } from './row-buffer.ts';
import type { FileBatch, StoreAnswer, StoreRequest, WorkerSettings, WriteOutcome } from './store-messages.ts';
import { StoreFileError } from './store-problem.ts';

const STORE_NICENESS = 10;

const port = parentPort;
if (port === null) throw new Error('store-worker.ts runs as a worker of TickStore only');
const { maxOpenFiles, spillDir, givesWay } = workerData as WorkerSettings;
// Storing gives way to trading where both want the processor. Elsewhere the call would mean the whole
// process.
if (givesWay && process.platform === 'linux') setPriority(STORE_NICENESS);
const pool = await FilePool.create(maxOpenFiles, spillDir);

/** A checkpoint holds up what comes after it, so none begins before the store was quiet for so long. */
const QUIET_MS = 50;

/** Requests that have arrived and aren't answered; TickStore sends few at a time. */
let waiting = 0;
let work: Promise<void> = Promise.resolve();
let quiet: NodeJS.Timeout | undefined;

port.on('message', (request: StoreRequest) => {
  waiting += 1;
  clearTimeout(quiet);
  work = work.then(async () => {
    const answer = await answerTo(request);
    waiting -= 1;
    port.postMessage(answer, buffersComingHome(answer));
    if (answer.type === 'closed') port.close();
    else tidyWhenQuiet();
  });
});

function tidyWhenQuiet(): void {
  if (waiting > 0) return;
  quiet = setTimeout(() => {
    work = work.then(async () => {
      if (waiting > 0) return;
      if ((await pool.rollNext()) || (await pool.checkpointNext())) tidyWhenQuiet();
    });
  }, QUIET_MS);
}

async function answerTo(request: StoreRequest): Promise<StoreAnswer> {
  switch (request.type) {
    case 'open':
      try {
        const { stored, setAsideAs } = await pool.acquire(request.spec, true, new Set());
        return { type: 'opened', stored, setAsideAs, openFiles: pool.size };
      } catch (error) {
        if (error instanceof StoreFileError) return { type: 'refused', problem: error.problem };
        throw error;
      }
    case 'write': {
      const startMs = performance.now();
      const outcomes = await writeAll(request);
      const { rollProblem } = pool;
      pool.rollProblem = null;
      return {
        type: 'written',
        outcomes,
        tookMs: performance.now() - startMs,
        rollProblem,
        openFiles: pool.size,
        checkpoints: pool.checkpoints,
      };
    }
    case 'release':
      try {
        await pool.giveUp(request.spec, request.leaves);
        return { type: 'released', openFiles: pool.size };
      } catch (error) {
        if (error instanceof StoreFileError) return { type: 'refused', problem: error.problem };
        throw error;
      }
    case 'close':
      await pool[Symbol.asyncDispose]();
      return { type: 'closed' };
    default:
      return request satisfies never;
  }
}

/** Attached files first: those that then make room for the others have nothing left to write. */
async function writeAll({ files, letsGo }: StoreRequest & { type: 'write' }): Promise<WriteOutcome[]> {
  const outcomes = new Map<FileBatch, WriteOutcome>();
  const unwritten = new Set(files.map((file) => file.spec.path));
  const attached = files.filter((file) => pool.isOpen(file.spec.path));
  const others = files.filter((file) => !pool.isOpen(file.spec.path));
  for (const file of [...attached, ...others]) {
    outcomes.set(file, await writeOne(file, unwritten));
    unwritten.delete(file.spec.path);
    if (letsGo) await pool.release(file.spec.path);
  }
  return files.map((file) => outcomes.get(file)!);
}

async function writeOne(
  { spec, archiveUnit, batch }: FileBatch,
  keep: ReadonlySet<string>,
): Promise<WriteOutcome> {
  const started = performance.now();
  try {
    const file = await pool.acquire(spec, false, keep);
    if (archiveUnit !== undefined) file.rollBy(archiveUnit);
    const stored = await file.write(batch);
    const commitMs = performance.now() - started;
    if (file.rollOverdue) await pool.roll(file);
    if (file.checkpointOverdue) await pool.checkpoint(file);
    return { ok: true, stored, commitMs };
  } catch (error) {
    if (!(error instanceof StoreFileError)) throw error;
    // Whether a failed commit reached the disk shows when the file is opened again.
    await pool.release(spec.path);
    return { ok: false, problem: error.problem, batch };
  }
}

function buffersComingHome(answer: StoreAnswer): ArrayBuffer[] {
  if (answer.type !== 'written') return [];
  return answer.outcomes.flatMap((outcome) => (outcome.ok ? [] : transferables(outcome.batch)));
}
