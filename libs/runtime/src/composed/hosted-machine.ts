import {
  type DrivePlan,
  type Input,
  type Machine,
  type OwnInput,
  RequestDesk,
  type Requests,
  type Say,
  type Ticket,
} from '@algo/bus';
import type { Fact, FactName, Family, MessageOf, Speaker } from '@algo/contracts';
import { type InstrumentId, NEVER_QUIET, type Quiet } from '@algo/model';
import type { Hosted } from './hosted.ts';
import type { Said } from './said.ts';
import type { Scheduler, Work } from './scheduler.ts';

/** Something that a machine asks of the outside, at its turn. */
export class Wanted implements Work {
  readonly request: unknown;
  readonly run: () => void;

  constructor(request: unknown, run: () => void) {
    this.request = request;
    this.run = run;
  }
}

/** What a host is made with. */
export interface HostedParts<
  In extends Input,
  Out extends FactName,
  Request,
  Own extends OwnInput,
  Made extends Machine<In, Out, Request>,
> {
  readonly speaker: Speaker;
  readonly plan: DrivePlan<In, Out, Request, Own, Made>;
  readonly scheduler: Scheduler;
  /** Makes the work of a fact that was said. */
  readonly say: (fact: Fact, speaker: Speaker) => Said;
  /** Says whether the machine is to be made anew before it takes its input of this number. */
  readonly restoreBefore: ((identity: string, input: number) => boolean) | undefined;
}

/** Here nobody can wait until some are settled. */
const UNSETTLED_MAX = 1_000_000;

/** For what a snapshot alone would wait for: nothing is kept of this process. */
const NOTED: Ticket<never> = { past: 'never sent', leave: (go) => go(true), settle() {} };

/** Holds one machine: gives it its inputs one by one and passes on what it does. */
export class HostedMachine<
  In extends Input,
  Out extends FactName,
  Request,
  Own extends OwnInput,
  Made extends Machine<In, Out, Request>,
> implements Hosted
{
  readonly speaker: Speaker;
  readonly #parts: HostedParts<In, Out, Request, Own, Made>;
  readonly #say: Say<Out, Request> & { input: number };
  #machine: Made;
  /** Who gets what it does at once; undefined while everything has its turn. */
  #hearer: ((work: Work) => void) | undefined;
  #taken = 0;
  beforeInput: (() => void) | undefined;

  constructor(parts: HostedParts<In, Out, Request, Own, Made>) {
    const { speaker, say } = parts;
    this.speaker = speaker;
    this.#parts = parts;
    this.#machine = parts.plan.restore(undefined);
    const { requests } = parts.plan;
    const ask = requests && this.#askOf(requests);
    const speak = <Name extends Out>(name: Name, body: MessageOf<Name>) =>
      this.#do(say({ name, body } as Fact, speaker));
    const request = (wanted: Request) => {
      if (ask !== undefined) this.#do(new Wanted(wanted, () => ask(wanted)));
    };
    this.#say = Object.assign(speak, { request, input: 0 });
  }

  get says(): readonly Family[] {
    return this.#parts.plan.says;
  }

  get taken(): number {
    return this.#taken;
  }

  get machine(): Made {
    return this.#machine;
  }

  quiet(instrument: InstrumentId): Quiet {
    return this.#machine.quiet?.(instrument) ?? NEVER_QUIET;
  }

  give(input: Input): void {
    // Where nothing follows from it, what is owed can wait for another input.
    if (this.#machine.passesBy?.(input as Fact) === true) return;
    this.beforeInput?.();
    this.#take(input);
  }

  hear(input: Input, done: (work: Work) => void): void {
    this.beforeInput?.();
    this.#hearer = done;
    this.#take(input);
    this.#hearer = undefined;
  }

  /** Hands over an input of its own at the present moment. */
  inject(input: Own): void {
    this.#parts.scheduler.push({ run: () => this.give(input) });
  }

  restore(): void {
    // The machine may use the bytes again.
    this.#machine = this.#parts.plan.restore(this.#machine.snapshot().slice());
  }

  /** Asks the driver's desk, with no log to wait for: nothing here outlives this process. */
  #askOf(requests: Requests<Request, Own>): (request: Request) => void {
    const desk = new RequestDesk<Request, Own>({
      requests,
      intend: (_request, _key, done) => done(),
      leave: (_number, done) => done(),
      anchor: (done) => done(),
      end: (number, dropped, outcomes, done) => {
        for (const outcome of outcomes) this.inject(outcome);
        for (const over of [number, dropped]) if (over !== null) desk.ended(over);
        done();
      },
      onReady: () => desk.run(),
      onFailure: (error) => {
        throw error;
      },
    });
    let asked = 0;
    return (request) => {
      if (requests.terms(request).effect === 'before snapshot') {
        requests.carryOut(request, NOTED);
        return;
      }
      if (desk.size > UNSETTLED_MAX)
        throw new Error(`too many requests of ${this.speaker.identity} are not settled`);
      desk.add({ number: ++asked, request, hasLeft: false, isIntended: true });
      desk.run();
    };
  }

  #take(input: Input): void {
    this.#taken++;
    if (this.#parts.restoreBefore?.(this.speaker.identity, this.#taken) === true) this.restore();
    this.#say.input = this.#taken;
    // Only facts that the plan reads and inputs of its own are given.
    this.#machine.take(input as In, this.#say);
  }

  #do(work: Work): void {
    if (this.#hearer === undefined) this.#parts.scheduler.push(work);
    else this.#hearer(work);
  }
}
