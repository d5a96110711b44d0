import type { Bus, Clock, Subscription } from '@algo/bus';
import { membersOf, type ShardPlan, sharedAmong, VIRTUAL_SHARDS } from '@algo/model';
import { type Logger, planShards } from '@algo/runtime';
import type { Config } from '../config.ts';
import { RollCall } from '../domain/index.ts';

export interface RollCallingParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Pick<Config, 'ordinal' | 'absenceMaxMs'>;
  /** Who is to have which shard, as far as this process knows. */
  plan(): ShardPlan;
}

/** Hears which processes of analytics are there, and plans the shards anew when these are others. */
export class RollCalling implements AsyncDisposable {
  readonly #parts: RollCallingParts;
  readonly #roll: RollCall;
  #heard!: Subscription;
  #isPlanning = false;

  private constructor(parts: RollCallingParts) {
    this.#parts = parts;
    this.#roll = new RollCall(parts.config.ordinal, parts.config.absenceMaxMs);
  }

  static async start(parts: RollCallingParts): Promise<RollCalling> {
    const { bus, clock } = parts;
    const calling = new RollCalling(parts);
    const { last: after } = await bus.bounds('SYSTEM');
    calling.#heard = await bus.follow(
      { stream: 'SYSTEM', subjects: ['sys.service.analytics.>'], after },
      ({ subject, fact }) => {
        const ordinal = Number(subject.split('.')[3]);
        if (fact.name !== 'ServiceStatus' || !(ordinal < VIRTUAL_SHARDS)) return;
        calling.#roll.hear(ordinal, fact.body.ready, clock.monotonicMs());
      },
    );
    return calling;
  }

  /** Settles with what makes it impossible to hear the others. */
  get failed(): Promise<Error> {
    return this.#heard.closed.then<Error>((error) => error ?? new Promise(() => {}));
  }

  /** Looks who is there, and plans anew where that is for this process to do. */
  judge(): void {
    const { bus, log, plan } = this.#parts;
    const known = plan();
    const wanted = this.#judged(known);
    if (this.#isPlanning || sharedAmong(known, wanted.members, wanted.most) === known) return;
    this.#isPlanning = true;
    void planShards(bus, (stored) => this.#judged(stored))
      .then(
        ({ revision, owners, most }) =>
          log.info({ revision, members: membersOf({ owners }), most }, 'others are there than before'),
        (error: unknown) => log.warn({ err: error }, 'the shards were not planned anew; it is tried again'),
      )
      .then(() => {
        this.#isPlanning = false;
      });
  }

  #judged(plan: ShardPlan): { readonly members: readonly number[]; readonly most?: number | null } {
    return this.#roll.judge(plan, this.#parts.clock.monotonicMs()) ?? { members: membersOf(plan) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#heard[Symbol.asyncDispose]();
  }
}
