import type { FactName, Family } from '@algo/contracts';
import type { Input, Machine, OwnInput } from './machine.ts';
import type { SnapshotStore } from './snapshot-store.ts';

/**
 * One family that a service reads. *Shape*: `only` are the tokens behind the family's name that it is
 * narrowed to.
 */
export interface Reading {
  readonly family: Family;
  /**
   * Virtual shards of a sharded family, or the account of one whose subjects name it first; all when left
   * out.
   */
  readonly only?: readonly (number | string)[];
}

/**
 * How a request is done outside. Requests of one `key` are done in their order, others side by side; a
 * higher `priority` leaves first. `once`: the intent is on disk before it leaves, and after a crash it is
 * asked about, never sent again; `again`: it may be repeated without harm, and before it leaves the order of
 * the inputs that led to it is on disk, so that no later life knows less than it told; `none`: a question, by
 * which nothing outside changes, goes at once; `before snapshot`: may be repeated, goes at once, and a
 * snapshot waits until it is done and needn't hold it, such as rows for a store. `withdraws`: where an
 * earlier request of this key has not left yet, that one is given up and this one needs no doing.
 */
export interface RequestTerms {
  readonly key: string;
  readonly priority: number;
  readonly effect: 'once' | 'again' | 'none' | 'before snapshot';
  readonly withdraws: boolean;
}

/** One request under way, for whoever carries it out. */
export interface Ticket<Own extends OwnInput> {
  /** How far an earlier life came with it. */
  readonly past: 'never sent' | 'may have left';
  /**
   * Writes down that the request leaves now and calls back once that is on disk, with false when it was
   * withdrawn meanwhile: then it must not go, and needs no settling.
   */
  leave(go: (mayGo: boolean) => void): void;
  /** Ends the request; what came of it is in the log, then the machine takes it. Once. */
  settle(outcomes: readonly Own[]): void;
}

/** Carries out what a machine asks for, beside it. Callbacks come in any turn; nothing here may throw. */
export interface Requests<Request, Own extends OwnInput> {
  terms(request: Request): RequestTerms;
  carryOut(request: Request, ticket: Ticket<Own>): void;
  /** Returns what the machine is to be told of a request that was withdrawn before it left. */
  withdrawn(request: Request): readonly Own[];
}

/** All that a driver needs to know of a service. */
export interface DrivePlan<
  In extends Input,
  Out extends FactName,
  Request,
  Own extends OwnInput,
  Made extends Machine<In, Out, Request> = Machine<In, Out, Request>,
> {
  readonly reads: readonly Reading[];
  readonly says: readonly Family[];
  /** Virtual shards of which alone it speaks: what it said is found without what others say. */
  readonly shards?: readonly number[];
  /** Makes the machine afresh, or from its snapshot. */
  readonly restore: (snapshot: Uint8Array | undefined) => Made;
  readonly requests?: Requests<Request, Own>;
  /** Where the snapshot is kept, when not in the usual bucket. */
  readonly snapshots?: SnapshotStore;
  /**
   * This life's number where somebody else gives it, such as a lease; else the driver counts lives
   * itself.
   */
  readonly epoch?: number;
  /** Words that may wait for their stream before nothing more is taken. Default 1024. */
  readonly unstoredMax?: number;
}

/** A machine that is being driven. */
export interface Driven<Own extends OwnInput> {
  /** Settles with what ended it, or undefined when it was stopped. */
  readonly closed: Promise<Error | undefined>;
  /** Inputs taken, over all lives. */
  readonly taken: number;
  /** This life's number. */
  readonly epoch: number;
  /** Messages that wait to be taken. */
  readonly backlog: number;
  /**
   * Resolves when everything that earlier lives took has been taken again, so that it is as if none had
   * ended.
   */
  readonly restored: Promise<void>;
  /** Hands over an input of this process's own: it is in the log first, then the machine takes it. */
  inject(input: Own): void;
}
