import { MemoryBus, StreamLanes } from '@algo/bus';
import { type Fact, STREAMS, type StreamName } from '@algo/contracts';
import { ScenarioRun } from './run-scenario.ts';
import { seededScenario } from './run-seeds.ts';
import type { Exchange } from './scenario.ts';

/** Said all the time, so that what matters would not be seen among it. */
const USUAL: ReadonlySet<string> = new Set([
  ...(['TradeBatch', 'TimeAdvanced', 'MarketStateUpdated', 'MarketStateChanged'] as const),
  ...(['EquityMarked', 'InputsTaken', 'GuardAlive'] as const),
]);

/** Runs a seed and prints each fact that was said, with its virtual time: what led to what it broke. */
export async function traceSeed(
  exchange: Exchange,
  seed: number,
  print: (line: string) => void,
): Promise<void> {
  const run = new ScenarioRun(seededScenario(exchange, seed));
  const { judge, clock, engine } = run.world;
  const startMs = clock.nowMs();
  const follow = judge.follow.bind(judge);
  judge.follow = async (server) => {
    await follow(server);
    const bus = new MemoryBus(engine.server, 'trace');
    for (const stream of Object.keys(STREAMS) as StreamName[]) {
      const lanes = new StreamLanes(stream, false);
      await bus.follow({ stream, subjects: ['>'], after: 0 }, (message) =>
        lanes.admit(message, ({ fact }) => {
          if (!USUAL.has(fact.name)) print(`${seconds(clock.nowMs() - startMs)} ${wordsOf(fact)}`);
        }),
      );
    }
  };
  await run.go();
  const { violation } = judge.notes;
  print(violation === null ? 'no rule was broken' : `${violation.invariant}: ${violation.detail}`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3).padStart(8)} s`;
}

function wordsOf({ name, body }: Fact): string {
  const asText = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value);
  return `${name} ${JSON.stringify(body, asText)}`;
}
