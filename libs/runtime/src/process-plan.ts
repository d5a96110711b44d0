import type { ServiceName } from '@algo/contracts';

/**
 * Which processes one engine consists of: who serves which account, which feed, which part of the
 * instruments.
 */
export interface EnginePlan {
  readonly accounts: readonly string[];
  readonly feeds: readonly string[];
  readonly analytics: number;
}

/** One process of the plan. *Shape*: `purpose` is what it serves: an account, a feed, an ordinal. */
export interface PlannedProcess {
  readonly service: ServiceName;
  readonly purpose: string;
  readonly identity: string;
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
  });
  return [
    ...PER_ACCOUNT.flatMap((service) => plan.accounts.map((account) => planned(service, account))),
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
  const known = new Set(processesOf(plan).map(({ identity }) => identity));
  return (producer) => known.has(producer);
}
