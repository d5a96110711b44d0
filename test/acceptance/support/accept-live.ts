import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PositionEvent } from '@algo/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { algo } from './algo-process.ts';
import { EngineRecord, factsOf } from './engine-record.ts';
import { EngineRun } from './engine-run.ts';
import { LIVE_ACCOUNT, type LiveMarket, limitsFor } from './live-market.ts';
import { unguarded } from './venue-books.ts';

const PATIENCE_MS = 180_000;
const RUN_MAX_MS = 600_000;
/** Between what `algo latency` measures. */
const STAGES = [
  ...['decision → execution', 'execution → disk', 'disk → wire'],
  ...['wire → ack', 'wire → fill', 'decision → wire'],
];

type AnyMarket = Pick<
  LiveMarket<never>,
  | 'name'
  | 'env'
  | 'options'
  | 'end'
  | 'fills'
  | 'names'
  | 'working'
  | 'stops'
  | 'leftOver'
  | typeof Symbol.asyncDispose
>;

/** A live account at a stand-in, and when it has traded enough to be looked at. */
export interface LiveTrial<Market extends AnyMarket> {
  readonly open: (dir: string) => Promise<Market>;
  /** What is killed on the way: execution, or then also all that keeps its books, and everything. */
  readonly kills: 'execution' | 'all';
  /** Says what is still missing; undefined when it is enough. */
  readonly lacks: (market: Market, events: readonly PositionEvent[]) => string | undefined;
}

/** What an engine has done at an exchange, once it has ended. */
export interface LiveEnd<Market> {
  readonly market: Market;
  readonly events: readonly PositionEvent[];
}

/** Returns the positions that were opened. */
export function opened(events: readonly PositionEvent[]): PositionEvent[] {
  return events.filter(({ type }) => type === 'PositionOpened');
}

/**
 * Declares what holds for an engine that trades an account as processes: execution is killed, then perhaps
 * all that keeps its books, then everything; then it trades on until it has done enough, and leaves. `more`
 * declares what else holds at this exchange.
 */
export function acceptLive<Market extends AnyMarket>(
  { open, kills, lacks }: LiveTrial<Market>,
  name: string,
  more: (end: () => LiveEnd<Market>) => void = () => undefined,
): void {
  describe(`a live account at the stand-in of ${name}`, () => {
    let dir = '';
    let market: Market;
    let env: NodeJS.ProcessEnv = {};
    let record: EngineRecord;
    let events: readonly PositionEvent[] = [];
    let screen = '';

    const positions = async (run: EngineRun): Promise<readonly PositionEvent[]> =>
      (await factsOf(await run.bus(PATIENCE_MS), 'pos.evt')).map(({ fact }) => fact.body);
    /** Resolves with how many positions were opened by then. */
    const untilOpened = async (run: EngineRun, least: number): Promise<number> => {
      let count = 0;
      const isSo = async () => {
        count = opened(await positions(run)).length;
        return count >= least;
      };
      await run.until(`${least} positions`, isSo, PATIENCE_MS);
      return count;
    };

    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), 'algo-live-'));
      market = await open(dir);
      env = { ...market.env, ...limitsFor(dir) };
      const options = [...market.options(), '--confirm-live', LIVE_ACCOUNT];
      let run = new EngineRun(join(dir, 'data'), options, env);
      try {
        const first = await untilOpened(run, 1);
        await run.kill([`execution.${LIVE_ACCOUNT}`], PATIENCE_MS);
        const second = await untilOpened(run, first + 1);
        if (kills === 'all') {
          await run.kill([`reconcile.${LIVE_ACCOUNT}`, `position-risk.${LIVE_ACCOUNT}`], PATIENCE_MS);
          await run.killEverything();
          run = run.again();
          await untilOpened(run, second + 1);
        }
        let missing: string | undefined;
        const isEnough = async () => {
          missing = lacks(market, await positions(run));
          return missing === undefined;
        };
        await run.until('enough to be done', isEnough, PATIENCE_MS).catch((error: Error) => {
          throw new Error(`${missing} is missing; ${error.message}`);
        });
        await algo(['halt', '--scope', 'account', '--reason', 'enough', '--data-dir', run.dataDir]);
        const isFlat = async () => {
          const said = await positions(run);
          return said.filter(({ type }) => type === 'PositionClosed').length === opened(said).length;
        };
        await run.until('all of them to be closed', isFlat, PATIENCE_MS);
        market.end();
        const end = await run.stop();
        screen = end.said;
        expect({ code: end.code, said: end.code === 0 ? '' : screen }).toEqual({ code: 0, said: '' });
      } finally {
        await run[Symbol.asyncDispose]();
      }
      record = await EngineRecord.open(run.dataDir);
      events = (await factsOf(record.bus, 'pos.evt')).map(({ fact }) => fact.body);
    }, RUN_MAX_MS);
    afterAll(async () => {
      await record?.[Symbol.asyncDispose]();
      await market?.[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    });

    test('our fills are the exchange’s, each once', async () => {
      const ours = (await factsOf(record.bus, 'ord.evt')).flatMap(({ fact: { body } }) =>
        body.type === 'OrderFilled' ? [`${body.fill.quantity}@${body.fill.price} ${body.fill.side}`] : [],
      );
      const theirs = market.fills().map(({ quantity, price, side }) => `${quantity}@${price} ${side}`);
      expect(ours.toSorted()).toEqual(theirs.toSorted());
      expect(theirs.length).toBeGreaterThan(0);
    });

    test('nothing is held in the end that the books do not know, and nothing works', () => {
      expect(unguarded(events)).toEqual([]);
      expect(market.leftOver()).toEqual([]);
      expect(market.working()).toEqual([]);
    });

    test('no name of an order went out twice', () => {
      const names = market.names();
      expect(new Set(names).size).toBe(names.length);
    });

    test('a stop of ours rested at the exchange behind the positions', () => {
      expect(market.stops().length).toBeGreaterThanOrEqual(opened(events).length - 1);
    });

    test('the screen says whose real money trades, and nobody plays an exchange', () => {
      expect(screen).toContain(`LIVE, REAL MONEY: ${LIVE_ACCOUNT} on ${market.name}`);
      expect(screen).not.toContain('paper-venue');
    });

    more(() => ({ market, events }));

    test(
      'how long its orders took is told by stage, and in words where there is nothing to tell',
      async () => {
        await record[Symbol.asyncDispose]();
        const latency = (...more: string[]) => algo(['latency', '--data-dir', record.dataDir, ...more], env);
        const { said } = await latency('--json');
        const stages = said
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).stage);
        expect(stages).toEqual(STAGES);
        expect((await latency('--since', '2099-01-01')).said).toMatch(/no order of .* was sent since 2099/);
      },
      PATIENCE_MS,
    );

    test(
      'gone through again, each process says what it said then',
      async () => {
        await record[Symbol.asyncDispose]();
        const { code, said } = await algo(['replay', record.dataDir], env);
        expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
      },
      RUN_MAX_MS,
    );
  });
}
