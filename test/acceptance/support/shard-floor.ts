import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bus } from '@algo/bus';
import { type ServiceStatus, subjects } from '@algo/contracts';
import { membersOf, type ShardPlan, virtualShard } from '@algo/model';
import { FirstRules, identityOf, planShards, readInstrumentCatalog } from '@algo/runtime';
import { bucketDocuments } from '@algo/state';
import { eventually, NatsFixture } from '@algo/testkit';
import { openReader } from '@algo/tickstore';
import { instrumentsFile } from './instruments-file.ts';
import { ServiceProcess } from './service-process.ts';
import { firstOther, ShardMarket, ticksOf, wordsHeard, wordsOfOne } from './shard-market.ts';
import { type Silences, silencesWhile } from './silences.ts';

const DONE_MAX_MS = 90_000;

export interface FloorSettings {
  readonly instruments: number;
  /** Of each instrument, in a quarter of a second of the market. */
  readonly tradesPerTick: number;
  /** How many processes of analytics there may be. */
  readonly processes: number;
  /** Whether each has a disk of its own. */
  readonly ownDisk: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** A market of many instruments, and processes of analytics that share them. */
export class ShardFloor implements AsyncDisposable {
  readonly market: ShardMarket;
  readonly bus: Bus;
  readonly processes: readonly ServiceProcess[];
  readonly #settings: FloorSettings;
  readonly #dataDir: string;
  readonly #catalog: string;
  readonly #stack: AsyncDisposableStack;
  #plan: ShardPlan | undefined;
  #teller: { stop(): Promise<void> } | undefined;

  private constructor(
    settings: FloorSettings,
    parts: { dataDir: string; catalog: string; bus: Bus; market: ShardMarket; stack: AsyncDisposableStack },
    env: Readonly<Record<string, string>>,
  ) {
    this.#settings = settings;
    this.#dataDir = parts.dataDir;
    this.#catalog = parts.catalog;
    this.#stack = parts.stack;
    this.bus = parts.bus;
    this.market = parts.market;
    this.processes = Array.from({ length: settings.processes }, (_, ordinal) =>
      parts.stack.use(
        new ServiceProcess('analytics', {
          ...{ ...env, ALGO_FEEDS: 'binance', ALGO_INSTRUMENTS_FILE: parts.catalog },
          ...{ ALGO_DATA_DIR: this.#diskOf(ordinal), ALGO_ORDINAL: String(ordinal) },
          ...(settings.ownDisk ? { ALGO_OWN_DISK: 'true', ALGO_ARCHIVE_DIR: this.#archiveDir } : {}),
          ...settings.env,
        }),
      ),
    );
  }

  static async open(settings: FloorSettings): Promise<ShardFloor> {
    await using opening = new AsyncDisposableStack();
    const nats = opening.use(await NatsFixture.start());
    const dataDir = mkdtempSync(join(tmpdir(), 'algo-shards-'));
    opening.defer(() => rmSync(dataDir, { recursive: true, force: true }));
    const symbols = Array.from({ length: settings.instruments }, (_, i) => `M${i}USDT`);
    const catalog = instrumentsFile(dataDir, 'spot', symbols);
    const bus = await nats.bus('test');
    const rules = new FirstRules(bucketDocuments(bus.bucket('documents')), 'binance');
    await rules.add([...readInstrumentCatalog(catalog).values()]); // as ingest would
    const ingest = await nats.bus('ingest.binance');
    const market = opening.use(await ShardMarket.open(ingest, symbols, settings.tradesPerTick));
    const stack = opening.move();
    return new ShardFloor(
      settings,
      { dataDir, catalog, bus, market, stack },
      { ALGO_NATS_URL: nats.server.url },
    );
  }

  /** Lets the market go on, a quarter of a second of it each so many of ours, until `end`. */
  begin(everyMs: number): void {
    this.#teller = this.market.goOn(everyMs);
  }

  async end(): Promise<void> {
    await this.#teller?.stop();
  }

  async statusOf(ordinal: number): Promise<ServiceStatus | undefined> {
    const said = (await this.bus.last('SYSTEM', subjects.service(identityOf('analytics', ordinal))))?.fact;
    return said?.name === 'ServiceStatus' ? said.body : undefined;
  }

  async plan(...members: readonly number[]): Promise<ShardPlan> {
    this.#plan = await planShards(this.bus, () => ({ members }));
    return this.#plan;
  }

  /** Waits until each process has what the plan gives it, of the shards that have trades. */
  async done(plan: ShardPlan): Promise<void> {
    const met = new Set(this.market.instruments.map(virtualShard));
    const isDone = async () => {
      for (const member of membersOf(plan)) {
        const { counters, ready } = (await this.statusOf(member)) ?? { counters: {}, ready: false };
        const wanted = [...met].filter((shard) => plan.owners[shard] === member).length;
        const { revision = 0, shards = 0, moving = 1 } = counters as Record<string, number>;
        if (!ready || revision < plan.revision || shards !== wanted || moving > 0) return false;
      }
      return true;
    };
    await eventually(`revision ${plan.revision} to be carried out`, isDone, DONE_MAX_MS);
  }

  /** Lets others share the shards, and says for how long nothing was heard of an instrument meanwhile. */
  async move(...members: readonly number[]): Promise<Silences & { readonly plan: ShardPlan }> {
    const before = this.#plan;
    const silences = await silencesWhile(
      this.bus,
      this.market.instruments.length,
      async () => {
        await this.done(await this.plan(...members));
        return { before, after: this.#plan! };
      },
      DONE_MAX_MS,
    );
    return { ...silences, plan: this.#plan! };
  }

  /** Waits until a process has stored all trades that happened so far. */
  async stored(ordinal: number): Promise<void> {
    const all = this.market.trades * this.#settings.instruments;
    const isStored = async () => ((await this.statusOf(ordinal))?.counters.stored ?? 0) === all;
    await eventually('all trades to be stored', isStored, DONE_MAX_MS);
  }

  /** Returns the first word that one process for all would not have said so; undefined if there is none. */
  async firstOtherWord(): Promise<unknown> {
    const said = await wordsOfOne(this.bus, this.#catalog);
    const few = [...said].find(([, words]) => words.length <= 10);
    if (few !== undefined) return `of ${few[0]} hardly anything was to be said`;
    return firstOther(await wordsHeard(this.bus), said);
  }

  /** Ends the processes, and returns the instruments of which a trade is not stored, or twice. */
  async wronglyStored(ordinal: number): Promise<readonly string[]> {
    for (const running of this.processes) await running.stop();
    const reader = openReader(ticksOf(this.#diskOf(ordinal)), this.#archiveDir);
    const wrong: string[] = [];
    for (const instrument of this.market.instruments) {
      const [trades, twice] = [
        await reader.countTrades(instrument),
        await reader.countDuplicates(instrument),
      ];
      if (trades !== this.market.trades || twice > 0) wrong.push(`${instrument}: ${trades}, ${twice} twice`);
    }
    return wrong;
  }

  #diskOf(ordinal: number): string {
    return this.#settings.ownDisk ? join(this.#dataDir, `disk-${ordinal}`) : this.#dataDir;
  }

  get #archiveDir(): string {
    return join(this.#dataDir, 'archive');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.#stack[Symbol.asyncDispose]();
  }
}
