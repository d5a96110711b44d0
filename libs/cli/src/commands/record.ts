import { join } from 'node:path';
import { InputError } from '@algo/model';
import { DirectoryLock } from '@algo/runtime';
import { type CliEnvironment, fromCaller, ROOT } from '../config.ts';
import { endLeftovers } from '../engine/end-leftovers.ts';
import { readEngineFile } from '../engine/engine-file.ts';
import { findNatsBinary } from '../engine/nats-binary.ts';
import { CommandFailure, EXIT_CODE } from '../exit-codes.ts';
import { FeedRecorder } from '../reading/feed-recorder.ts';
import { printLine } from '../reading/output.ts';
import { EngineSupervisor } from '../supervisor/engine-supervisor.ts';
import { tradedInstruments } from '../supervisor/exchange-listing.ts';
import { makeUsable } from '../supervisor/prepare-data-dir.ts';
import { parseUpOptions } from '../supervisor/up-options.ts';

/** What was typed. */
export interface RecordOptions {
  readonly feed: string;
  readonly instruments?: string;
  readonly speed?: string;
  readonly dataDir?: string;
  readonly roll: string;
  readonly minutes?: string;
}

const TOLD_EVERY_MS = 10_000;

/** `algo record`: keeps the trades of a feed as Parquet, and trades nothing. */
export async function record(typed: RecordOptions, environment: CliEnvironment): Promise<void> {
  const { roll, minutes, ...raw } = typed;
  if (roll !== 'hour' && roll !== 'day')
    throw refused('--roll', roll, 'neither hour nor day', 'Name how much of the time one file holds.');
  const untilMs = minutes === undefined ? undefined : Number(minutes) * 60_000;
  if (untilMs !== undefined && !(untilMs > 0))
    throw refused('--minutes', minutes!, 'not a number above 0', 'Leave it out to record until Ctrl-C.');
  const options = parseUpOptions(raw, fromCaller);
  if (options.feedKind === 'file')
    throw refused('--feed', raw.feed, 'a file is a recording already', 'Use algo import.');
  const dataDir = options.dataDir ?? join(environment.dataRoot, 'recorded', options.feedKind);
  makeUsable(dataDir);
  using _lock = DirectoryLock.take(dataDir, 'algo record');
  const before = readEngineFile(dataDir);
  if (before !== undefined && before.feed !== `record:${options.feed}`)
    throw refused(
      '--data-dir',
      dataDir,
      `it holds what was made of the feed ${before.feed}`,
      'Record into a directory of its own.',
    );
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await tradedInstruments(options, dataDir, environment, say);
  await endLeftovers(dataDir, ROOT, before);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
  const engine = await EngineSupervisor.start({
    ...{ options, dataDir, root: ROOT, inherited: environment.inherited, say, isRecording: true },
    natsBinary: await findNatsBinary(environment.inherited, say),
  });
  try {
    await keep(engine, { dataDir, roll, untilMs, signal: stop.signal });
  } finally {
    await engine.stop();
  }
}

interface Keeping {
  readonly dataDir: string;
  readonly roll: 'hour' | 'day';
  readonly untilMs: number | undefined;
  readonly signal: AbortSignal;
}

async function keep(engine: EngineSupervisor, { dataDir, roll, untilMs, signal }: Keeping): Promise<void> {
  const { storedInstruments, TickStore } = await import('@algo/tickstore');
  const ticks = join(dataDir, 'ticks');
  const archive = join(dataDir, 'archive');
  const { say } = engine.parts;
  await using store = await TickStore.open({
    dataDir: ticks,
    archive: { dir: archive, unit: roll, isAllAtEnd: true },
    onError: (error) => say(error.message),
  });
  await using recorder = await FeedRecorder.start(engine.bus, store, storedInstruments(ticks));
  const words = () =>
    `${recorder.trades.toLocaleString('en-US')} trades of ${recorder.instruments} instruments recorded`;
  const telling = setInterval(() => say(words()), TOLD_EVERY_MS);
  let over: NodeJS.Timeout | undefined;
  try {
    const asked = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
      if (untilMs !== undefined) over = setTimeout(() => resolve(undefined), untilMs);
    });
    const misconfigured = engine.misconfigured.then(({ identity, message }) => {
      const text = `${identity} can't use its configuration:\n${message}`;
      throw new CommandFailure(text, EXIT_CODE.misconfigured);
    });
    engine.startServices();
    say(`recording into ${archive}; Ctrl-C ends it`);
    const failed = await Promise.race([asked, misconfigured, recorder.closed]);
    if (failed !== undefined) throw failed;
    await engine.stopServices();
    await recorder.drain(engine.bus);
  } finally {
    clearInterval(telling);
    clearTimeout(over);
  }
  await printLine(`${words()}, one Parquet file ${roll === 'hour' ? 'an hour' : 'a day'} in ${archive}`);
}

function refused(field: string, value: string, because: string, remedy: string): InputError {
  return new InputError({ field, value, because, remedy });
}
