import type { Bus, Divergence } from '@algo/bus';
import { decodeFact } from '@algo/contracts';
import { isoTime } from '@algo/model';
import { type EnginePlan, serviceOf } from '@algo/runtime';
import { FileLog } from '@algo/state';
import { replay } from './replay.ts';

/** What the command line lends its command. */
export interface ReplayPlace {
  /** Over the streams of the stopped engine. */
  readonly bus: Bus;
  readonly dataDir: string;
  /** Where a process of this engine keeps its own log. */
  logDirOf(identity: string): string;
  /** Of the engine's processes. */
  readonly identities: readonly string[];
  /** What its services were configured by. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
  print(line: string): Promise<void>;
}

/** As processes write theirs. */
const SEGMENT_BYTES = 16_000_000;

/**
 * `algo replay`: goes through a run again and prints what came of each process, and which bars of an exchange
 * contradicted our trades; true when all said the same.
 */
export async function replayCommand(place: ReplayPlace): Promise<boolean> {
  const { bus, dataDir, logDirOf, identities, json, print } = place;
  const plan = planOf(identities);
  const environment = {
    ...place.environment,
    ALGO_DATA_DIR: dataDir,
    ALGO_ACCOUNTS: plan.accounts.join(','),
    ALGO_FEEDS: plan.feeds.join(','),
    ALGO_ANALYTICS_INSTANCES: String(plan.analytics),
  };
  const openLog = (identity: string) =>
    FileLog.open({ directory: logDirOf(identity), segmentBytes: SEGMENT_BYTES });
  let isIdentical = true;
  for await (const { identity, inputs, difference } of replay({ bus, plan, environment, openLog })) {
    isIdentical &&= difference === undefined;
    const told = difference === undefined ? undefined : differenceOf(difference);
    if (json) await print(JSON.stringify({ identity, inputs, identical: told === undefined, ...told }));
    else if (told === undefined) await print(`${identity}: identical, ${inputs} inputs`);
    else {
      await print(`${identity}: differs at input ${told.input} of ${inputs}, at ${told.at}`);
      await print(`  had ${JSON.stringify(told.had)}`);
      await print(`  got ${JSON.stringify(told.got)}`);
    }
  }
  for (const line of await doubtedBars(bus, json)) await print(line);
  if (!json && isIdentical) await print('identical');
  return isIdentical;
}

/** So many are told one by one. */
const DOUBTED_MAX = 20;

/** Returns a line for each bar of an exchange that our trades did not add up to. */
async function doubtedBars(bus: Bus, json: boolean): Promise<readonly string[]> {
  const lines: string[] = [];
  let count = 0;
  for await (const { fact } of bus.read({ stream: 'MARKET', subjects: ['md.feed.>'], after: 0 })) {
    if (fact.name !== 'GapUnfillable' || fact.body.kind !== 'bar') continue;
    if (++count > DOUBTED_MAX) continue;
    const { instrument, fromUs, reason } = fact.body;
    const at = isoTime(fromUs);
    lines.push(
      json
        ? JSON.stringify({ doubted: instrument, at, reason })
        : `${instrument}: the bar at ${at} is incomplete: ${reason}`,
    );
  }
  const more = count - lines.length;
  return json || more === 0 ? lines : [...lines, `and ${more} more such bars`];
}

/** Returns the plan that names these processes. */
function planOf(identities: readonly string[]): EnginePlan {
  const purposes = (service: string) =>
    identities
      .filter((identity) => serviceOf(identity) === service)
      .map((identity) => identity.slice(service.length + 1));
  return {
    accounts: purposes('decision'),
    live: purposes('decision').filter((account) => !purposes('paper-venue').includes(account)),
    feeds: purposes('ingest'),
    analytics: purposes('analytics').length,
    standby: [], // a second process has the identity of the first, and its words
  };
}

function differenceOf({ input, at, had, got }: Divergence) {
  return { input, at, had: readable(had), got: got === undefined ? null : readable(got) };
}

function readable({ type, data }: Divergence['had']): unknown {
  if (type === 'request') return JSON.parse(new TextDecoder().decode(data)) as unknown;
  return decodeFact(type, data);
}
