import type { ServiceName } from '@algo/contracts';
import { VIRTUAL_SHARDS } from '@algo/model';

/**
 * Which processes one engine consists of: who serves which account, which feed, which part of the
 * instruments.
 */
export interface EnginePlan {
  readonly accounts: readonly string[];
  /** Of these, those whose orders go to a real exchange: nobody plays one for them. */
  readonly live: readonly string[];
  readonly feeds: readonly string[];
  readonly analytics: number;
  /** Of these a second process stands by. */
  readonly standby: readonly StandbyService[];
}

/** Services of which a second process may stand by: who guards money, and acts alone. */
export const STANDBY_SERVICES = ['execution', 'position-risk'] as const;
export type StandbyService = (typeof STANDBY_SERVICES)[number];

/**
 * One process of the plan. *Shape*: `purpose` is what it serves: an account, a feed, an ordinal; `isStandby`
 * marks the second of two processes that share an identity.
 */
export interface PlannedProcess {
  readonly service: ServiceName;
  readonly purpose: string;
  readonly identity: string;
  readonly isStandby: boolean;
}

/**
 * How Node is to run a process: without this bound V8 lets short-lived objects have 128 MB and more, in each
 * thread, as soon as trades come fast. *Units*: MiB.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8'];

/** Services of which each account has its own. */
const PER_ACCOUNT = ['paper-venue', 'reconcile', 'execution', 'position-risk', 'decision'] as const;

/**
 * Returns the name by which a process is known in lanes, leases, logs and permissions:
 * `execution.paper-main`.
 */
export function identityOf(service: ServiceName, purpose: string | number): string {
  return `${service}.${purpose}`;
}

/**
 * Returns the name under which a virtual shard of analytics is spoken for: its lanes, lives and snapshots
 * stay its own, whichever process has it.
 */
export function shardIdentity(shard: number): string {
  return identityOf('analytics', `shard-${shard}`);
}

/** Returns the name of the right to move what a virtual shard has stored. */
export function filesOfShard(shard: number): string {
  return identityOf('analytics', `files-${shard}`);
}

/** Returns the name by which a process is known while it only stands by. */
export function standbyNameOf(identity: string): string {
  return `${identity}.standby`;
}

/** Returns whether a second process of this identity stands by. */
export function isPaired(standby: readonly StandbyService[], identity: string): boolean {
  return standby.some((service) => service === serviceOf(identity));
}

/** Returns the service that an identity belongs to. */
export function serviceOf(identity: string): string {
  const cut = identity.indexOf('.');
  return cut < 0 ? identity : identity.slice(0, cut);
}

/**
 * Returns every process of an engine in the order of their start: whoever is asked comes before whoever
 * asks.
 */
export function processesOf(plan: EnginePlan): PlannedProcess[] {
  const planned = (service: ServiceName, purpose: string | number): PlannedProcess => ({
    service,
    purpose: String(purpose),
    identity: identityOf(service, purpose),
    isStandby: false,
  });
  const second = (one: PlannedProcess): PlannedProcess[] =>
    isPaired(plan.standby, one.identity) ? [one, { ...one, isStandby: true }] : [one];
  return [
    ...PER_ACCOUNT.flatMap((service) =>
      plan.accounts
        .filter((account) => service !== 'paper-venue' || !plan.live.includes(account))
        .flatMap((account) => second(planned(service, account))),
    ),
    ...Array.from({ length: plan.analytics }, (_, ordinal) => planned('analytics', ordinal)),
    planned('notifier', 'main'),
    ...plan.feeds.map((feed) => planned('ingest', feed)),
  ];
}

/**
 * Returns whether a producer is of this engine; the words of another would come from another engine, or
 * from nobody.
 */
export function plannedProducers(plan: EnginePlan): (producer: string) => boolean {
  const shards = Array.from({ length: VIRTUAL_SHARDS }, (_, shard) => shardIdentity(shard));
  const known = new Set([...processesOf(plan).map(({ identity }) => identity), ...shards]);
  return (producer) => known.has(producer);
}
