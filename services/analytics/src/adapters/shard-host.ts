import { type Bus, fencedEpoch, type Subscription } from '@algo/bus';
import { familyFilters } from '@algo/contracts';
import { type ShardPlan, shardsOf } from '@algo/model';
import { shardIdentity } from '@algo/runtime';
import { askPatiently } from './ask-patiently.ts';
import { ShardStay, type ShardStayParts } from './shard-stay.ts';
import { Turns } from './turns.ts';

/** After a first trade others are gathered for so long. */
const FIRSTS_MS = 1_000;
/**
 * Shards that are handed on at once: the others are driven on until it is their turn, so that none is silent
 * for as long as all take together. With more, who gets them from several processes takes longer over each.
 */
const HANDED_ON_AT_ONCE = 1;

export interface ShardHostParts extends ShardStayParts {
  readonly bus: Bus;
  readonly ordinal: number;
  /** Returns who is to have which shard. */
  readPlan(): Promise<ShardPlan>;
  /** Tells who is, whenever that changes; closes with what makes it impossible to know. */
  followPlan(onPlan: (plan: ShardPlan) => void): Promise<Subscription>;
}

/**
 * Has the virtual shards that the plan gives to this process: takes each over when nobody speaks for it any
 * more, drives it on from where it was, and hands it on when the plan gives it to another. A shard that never
 * had a trade costs nothing: it begins with its first.
 */
export class ShardHost implements AsyncDisposable {
  readonly #parts: ShardHostParts;
  readonly #held = new Map<number, ShardStay>();
  readonly #failure = Promise.withResolvers<Error>();
  readonly #handing = new Turns(HANDED_ON_AT_ONCE);
  /** Of shards without a trade so far: told of the first. */
  #scout: { readonly shards: ReadonlySet<number>; readonly subscription: Subscription } | undefined;
  #plan: ShardPlan;
  /** Up to which revision shards were let go and asked for. */
  #revision = 0;
  #following: Subscription | undefined;
  #looked: Promise<void> = Promise.resolve();
  #cancelLook: (() => void) | undefined;
  #isLooking = false;
  #isDue = false;
  #isEnding = false;

  private constructor(parts: ShardHostParts, plan: ShardPlan) {
    this.#parts = parts;
    this.#plan = plan;
  }

  /** Begins to have what it is to have. */
  static async start(parts: ShardHostParts): Promise<ShardHost> {
    const host = new ShardHost(parts, await parts.readPlan());
    await host.#look();
    host.#following = await parts.followPlan((plan) => {
      host.#plan = plan;
      host.#lookSoon();
    });
    void host.#following.closed.then((error) => error && host.#fail(error));
    return host;
  }

  /** Settles with what makes it impossible to go on. */
  get failed(): Promise<Error> {
    return this.#failure.promise;
  }

  /** Who is to have which shard. */
  get plan(): ShardPlan {
    return this.#plan;
  }

  /** Why it isn't doing all that it is to do. */
  reasons(): readonly string[] {
    const [waits, again] = [listOf(this.#at('waits')), listOf(this.#at('is taken again'))];
    return [
      ...(waits === '' ? [] : [`waits for shards ${waits}, which another process still has`]),
      ...(again === '' ? [] : [`takes again what was taken of shards ${again}`]),
    ];
  }

  /** What it has, in words. */
  notes(): readonly string[] {
    const [goes, owned] = [this.#at('goes'), shardsOf(this.#plan, this.#parts.ordinal)];
    return [
      `revision ${this.#revision}: ${owned.length} shards, ${this.#at('runs').length} with trades`,
      ...(goes.length === 0 ? [] : [`hands on shards ${listOf(goes)}`]),
    ];
  }

  counters(): Record<string, number> {
    const held = [...this.#held.values()];
    const sums: Record<string, number> = { trades: 0, candles: 0, signals: 0, instruments: 0 };
    for (const { machine } of held)
      for (const [name, count] of Object.entries(machine?.counters() ?? {}))
        sums[name] = (sums[name] ?? 0) + count;
    const taken = held.reduce((sum, one) => sum + one.taken, 0);
    const moving = held.length - this.#at('runs').length;
    const owned = shardsOf(this.#plan, this.#parts.ordinal).length;
    return { ...sums, taken, shards: held.length, owned, moving, revision: this.#revision };
  }

  /** Lets go of all, so that whoever is to have them next needn't wait. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    this.#cancelLook?.();
    await this.#following?.[Symbol.asyncDispose]();
    await this.#looked;
    await this.#scout?.subscription[Symbol.asyncDispose]();
    this.#handing.open();
    for (const stay of this.#held.values()) stay.end();
    await Promise.all([...this.#held.values()].map(({ over }) => over));
  }

  #at(stage: ShardStay['stage']): ShardStay[] {
    return [...this.#held.values()].filter((one) => one.stage === stage);
  }

  #lookSoon(): void {
    this.#isDue = true;
    if (this.#isLooking || this.#isEnding) return;
    this.#isLooking = true;
    this.#looked = this.#lookWhileDue();
  }

  async #lookWhileDue(): Promise<void> {
    while (this.#isDue && !this.#isEnding) {
      this.#isDue = false;
      await askPatiently(
        this.#parts.clock,
        () => this.#look(),
        () => this.#isEnding,
      ).catch((error: Error) => this.#fail(error));
    }
    this.#isLooking = false;
  }

  /** Takes nothing more: a new process goes on. */
  #fail(error: Error): void {
    this.#isEnding = true;
    this.#failure.resolve(error);
  }

  /** Compares what is here with the plan. */
  async #look(): Promise<void> {
    const { revision } = this.#plan;
    for (const stay of this.#held.values()) if (!this.#isOwned(stay.shard)) stay.end();
    const missing = shardsOf(this.#plan, this.#parts.ordinal).filter((shard) => !this.#held.has(shard));
    const scouted = this.#scout?.shards ?? new Set();
    if (missing.length !== scouted.size || missing.some((shard) => !scouted.has(shard)))
      await this.#send(missing);
    for (const shard of missing) if (this.#scout?.shards.has(shard) !== true) this.#take(shard);
    this.#revision = revision;
  }

  #isOwned(shard: number): boolean {
    return this.#plan.owners[shard] === this.#parts.ordinal;
  }

  /** Finds out which shards have had a trade, and waits for the first of the others. */
  async #send(shards: readonly number[]): Promise<void> {
    const { bus } = this.#parts;
    const { last: after } = await bus.bounds('MARKET');
    const met = await Promise.all(shards.map((shard) => this.#isMet(shard)));
    const unmet = shards.filter((_, at) => !met[at]!);
    const before = this.#scout;
    this.#scout =
      unmet.length === 0
        ? undefined
        : {
            shards: new Set(unmet),
            subscription: await bus.follow(
              { stream: 'MARKET', subjects: unmet.flatMap(begins), after },
              ({ subject }) => this.#onFirst(Number(subject.split('.')[2])),
            ),
          };
    await before?.subscription[Symbol.asyncDispose]();
  }

  async #isMet(shard: number): Promise<boolean> {
    const { bus } = this.#parts;
    for (const subject of begins(shard)) if ((await bus.last('MARKET', subject)) !== undefined) return true;
    return (await fencedEpoch(bus, shardIdentity(shard), 'CANDLES')) > 0;
  }

  #onFirst(shard: number): void {
    this.#take(shard);
    // So that nobody waits for its first trade any more; where a market begins, many do at once.
    this.#cancelLook ??= this.#parts.clock.after(FIRSTS_MS, () => {
      this.#cancelLook = undefined;
      this.#lookSoon();
    });
  }

  #take(shard: number): void {
    if (this.#isEnding || this.#held.has(shard) || !this.#isOwned(shard)) return;
    const stay = new ShardStay(shard, this.#parts, {
      handing: this.#handing,
      isOwned: () => this.#isOwned(shard),
      isEnding: () => this.#isEnding,
      onFailure: (error) => this.#fail(error),
      onOver: () => {
        this.#held.delete(shard);
        this.#lookSoon(); // it may be planned back
      },
    });
    this.#held.set(shard, stay);
  }
}

/** The subjects that bring a shard to life. */
function begins(shard: number): string[] {
  return (['md.trades', 'md.bars'] as const).flatMap((family) => familyFilters(family, [shard]));
}

function listOf(shards: readonly { readonly shard: number }[]): string {
  return shards.map(({ shard }) => shard).join(', ');
}
