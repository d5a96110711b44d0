import type { FactName, Family, MessageOf } from '@algo/contracts';
import type { Driven } from '../drive-plan.ts';
import { InputOrder, type InputRun, type InputSource } from '../input-order.ts';
import type { Input, Machine, OwnInput, Say } from '../machine.ts';
import { headOf } from './drive-snapshot.ts';
import { type DriverOptions, UNSTORED_MAX } from './driver-options.ts';
import { type Arrival, Inbox, type OwnArrival } from './inbox.ts';
import { OrderTelling } from './order-telling.ts';
import { OwnRequests } from './own-requests.ts';
import { type Divergence, OwnSpeech } from './own-speech.ts';
import { type PastLives, readPast } from './past-lives.ts';
import { QuietWatch } from './quiet-watch.ts';
import { type Capture, SnapshotKeeper } from './snapshot-keeper.ts';
import { StreamsRead } from './streams-read.ts';

/** Runs that no stored word carries: nothing is taken meanwhile. Bounds the header that carries them. */
const RUNS_MAX = 256;
/** Runs at which a process that has nothing to say says them at once. */
const RUNS_TOLD_AT = 128;

/**
 * Drives one machine, the same way in a process and in a composition: restores it, follows its streams, gives
 * it its inputs one by one, says what it says, has its requests carried out. Start, restart and replay are
 * one path: what older lives took is taken again in exactly their order and in silence, then inputs are taken
 * as they come.
 */
export class Driver<In extends Input, Out extends FactName, Request, Own extends OwnInput>
  implements Driven<Own>, AsyncDisposable
{
  readonly epoch: number;
  readonly #options: DriverOptions<In, Out, Request, Own>;
  readonly #machine: Machine<In, Out, Request>;
  readonly #wordsMax: number;
  readonly #order: InputOrder;
  readonly #speech: OwnSpeech;
  readonly #requests: OwnRequests<Request, Own>;
  readonly #snapshots: SnapshotKeeper;
  readonly #quiet: QuietWatch;
  readonly #telling: OrderTelling;
  readonly #inbox: Inbox;
  readonly #streams: StreamsRead;
  readonly #say: Say<Out, Request>;
  readonly #closed = Promise.withResolvers<Error | undefined>();
  readonly #restored = Promise.withResolvers<void>();
  /** What is left of the recorded order; undefined once everything of it was taken. */
  #runs: InputRun[] | undefined;
  #source: InputSource = 'OWN';
  #sequence = 0;
  #ownTaken: number;
  #state: 'starting' | 'idle' | 'pumping' | 'taking' | 'stopped' = 'starting';
  #diverged = false;
  #onQuiet: (() => void) | undefined;

  private constructor(
    options: DriverOptions<In, Out, Request, Own>,
    families: readonly Family[],
    past: PastLives,
  ) {
    const { bus, clock, identity, account, plan, log } = options;
    const { epoch, snapshot, words, own } = past;
    this.#options = options;
    this.epoch = epoch;
    this.#wordsMax = plan.unstoredMax ?? UNSTORED_MAX;
    this.#runs = [...past.runs];
    this.#ownTaken = snapshot?.log ?? 0;
    this.#order = new InputOrder(
      snapshot?.order ?? { taken: 0, since: 0, runs: [] },
      past.runs.at(-1)?.taken ?? 0,
    );
    const onFailure = (error: Error) => this.#fail(error);
    const onStored = () => this.#onStored();
    const onDivergence = (divergence: Divergence) => this.#diverge(divergence);
    const common = { order: this.#order, onStored, onDivergence, onFailure };
    this.#speech = new OwnSpeech(
      {
        ...{ ...common, bus, clock, epoch, families, speaker: { identity, account }, earlier: words },
        ...{ counts: snapshot?.own.counts ?? {}, isGoingToDisk: () => this.#requests.isGoingToDisk },
      },
      past.fences,
    );
    this.#inbox = new Inbox(() => this.#pump(), onFailure);
    this.#requests = new OwnRequests<Request, Own>({
      ...{ ...common, log, snapshot, past: own, requests: plan.requests },
      onInput: (arrival) => this.#inbox.putOwn(arrival),
      ...{ onReady: () => this.#onReady(), onGone: () => this.#speech.release() },
    });
    this.#quiet = new QuietWatch({
      ...{ clock, taken: () => this.#order.taken, onQuiet: options.onQuiet },
      isIdle: () => this.#state === 'idle' && !this.#requests.isGoingToDisk,
    });
    this.#telling = new OrderTelling({
      ...{ clock, said: () => this.#order.said, tell: () => this.#sayOrder() },
      hasUntold: () => this.#state === 'idle' && this.#runs === undefined && this.#order.openRuns > 0,
    });
    this.#snapshots = new SnapshotKeeper({
      ...{ bus, clock, identity, epoch, log, onFailure, store: options.snapshots, quiet: this.#quiet },
      ...{ intervalMs: options.snapshotIntervalMs, capture: () => this.#capture() },
      storedThrough: () => this.#order.storedThrough,
      firstUnkept: () => this.#requests.firstUnkept,
    });
    this.#streams = new StreamsRead({
      ...{ bus, identity, onFailure, reads: plan.reads, knows: options.knows },
      onFact: (fact) => this.#takeInput(fact as Input as In),
    });
    this.#machine = plan.restore(past.state);
    this.#say = this.#makeSay();
    for (const arrival of own.arrivals) this.#inbox.putOwn(arrival);
  }

  /** Begins a life. *Errors*: InputError when what it must go on from is not there, or is another's. */
  static async start<In extends Input, Out extends FactName, Request, Own extends OwnInput>(
    options: DriverOptions<In, Out, Request, Own>,
  ): Promise<Driver<In, Out, Request, Own>> {
    const { bus, identity, plan, snapshots, log } = options;
    const families: readonly Family[] = [...new Set<Family>([...plan.says, 'sys.order'])];
    const past = await readPast({ bus, identity, families, snapshots, log, plan });
    const driver = new Driver(options, families, past);
    await driver.#streams.follow(driver.#inbox, past.snapshot?.read ?? {});
    driver.#state = 'idle';
    driver.#telling.begin();
    driver.#pump();
    return driver;
  }

  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  get restored(): Promise<void> {
    return this.#restored.promise;
  }

  get taken(): number {
    return this.#order.taken;
  }

  get backlog(): number {
    return this.#inbox.size;
  }

  inject(input: Own): void {
    this.#requests.inject(input);
  }

  /** Stops at once and says nothing more, as a killed process does. */
  abandon(): void {
    this.#stop();
    this.#closed.resolve(undefined);
  }

  /** Takes no more input, waits until everything said is stored, and stores a last snapshot. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'stopped') return this.#inbox.close();
    const wasRestored = this.#runs === undefined;
    this.#state = 'starting'; // nothing is taken from here on
    this.#requests.close();
    const inboxClosed = this.#inbox.close();
    const quiet = Promise.withResolvers<void>();
    this.#onQuiet = quiet.resolve;
    this.#onStored();
    this.#onReady();
    await Promise.race([quiet.promise, this.#closed.promise]);
    if (this.#isStopped) return inboxClosed;
    if (wasRestored) await this.#snapshots.finish().catch((error: Error) => this.#fail(error));
    await inboxClosed;
    this.#stop();
    this.#closed.resolve(undefined);
  }

  /** Whether all is stored that was said, and done what a snapshot rests on. */
  get #isQuiet(): boolean {
    return this.#order.unstored === 0 && this.#requests.firstUnkept === Number.POSITIVE_INFINITY;
  }

  get #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  #makeSay(): Say<Out, Request> {
    const speak = <Name extends Out>(name: Name, body: MessageOf<Name>): void => {
      if (this.#state !== 'taking') throw new Error(`${name} was said while no input was in hand`);
      this.#speech.say(name, body);
    };
    const order = this.#order;
    return Object.defineProperties(speak, {
      request: { value: (request: Request) => this.#requests.ask(request) },
      input: { get: () => order.taken },
    }) as Say<Out, Request>;
  }

  /** Takes what is there to take, one input at a time. */
  #pump(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'pumping';
    try {
      do {
        this.#requests.run();
        // What the last input has led to is on its way now.
        if (this.#runs === undefined) this.#snapshots.onBoundary();
      } while (this.#takeNext());
    } catch (error) {
      this.#fail(error as Error);
    }
    if (this.#isStopped) return;
    this.#state = 'idle';
    this.#quiet.onIdle();
  }

  #takeNext(): boolean {
    if (this.#isStopped) return false;
    if (this.#runs !== undefined && !this.#isRecorded(this.#runs)) {
      this.#endRestoring();
      return true;
    }
    const order = this.#order;
    if (this.#runs === undefined && order.openRuns >= RUNS_TOLD_AT && order.unstored === 0) this.#sayOrder();
    if (order.unstored >= this.#wordsMax || order.openRuns > RUNS_MAX || this.#requests.isFull) return false;
    const arrival = this.#runs === undefined ? this.#inbox.next() : this.#inbox.nextOf(this.#runs[0]!.source);
    if (arrival === undefined) return false;
    this.#take(arrival);
    return true;
  }

  /** Whether there is recorded order to follow still; drops the runs that were taken. */
  #isRecorded(runs: InputRun[]): boolean {
    while (runs.length > 0 && runs[0]!.taken <= this.#order.taken) runs.shift();
    // A build that no longer reads a stream can't take what the older one took from it.
    return runs.length > 0 && this.#inbox.reads(runs[0]!.source);
  }

  #endRestoring(): void {
    this.#runs = undefined;
    this.#speech.endComparing();
    this.#requests.begin();
    this.#restored.resolve();
  }

  #take(arrival: Arrival): void {
    this.#source = arrival.stream;
    this.#sequence = arrival.sequence;
    this.#state = 'taking';
    if (arrival.stream === 'OWN') this.#takeOwn(arrival);
    else this.#streams.take(arrival);
    if (this.#state === 'taking') this.#state = 'pumping';
  }

  #takeOwn({ sequence, record }: OwnArrival): void {
    for (const input of record.inputs) this.#takeInput(input as Input as In);
    this.#ownTaken = sequence;
    this.#requests.ended(record);
  }

  #takeInput(input: In): void {
    this.#order.took(this.#source, this.#sequence);
    this.#machine.take(input, this.#say);
  }

  #capture(): Capture {
    const head = headOf({
      identity: this.#options.identity,
      order: this.#order.now(),
      read: this.#streams.state(),
      own: { epoch: this.epoch, counts: this.#speech.counts, positions: this.#speech.positions },
      log: this.#ownTaken,
      requests: this.#requests.asked,
      open: this.#requests.open,
    });
    return {
      head,
      state: this.#machine.snapshot(),
      said: this.#order.said,
      log: this.#ownTaken,
      asked: this.#requests.asked,
    };
  }

  #sayOrder(): void {
    this.#speech.say('InputsTaken', { producer: this.#options.identity, taken: this.#order.taken });
  }

  /** A request came to its end, or may go. */
  #onReady(): void {
    if (this.#onQuiet === undefined) this.#pump();
    else {
      this.#requests.run();
      if (this.#isQuiet) this.#onQuiet();
    }
  }

  #onStored(): void {
    if (this.#isStopped) return;
    this.#snapshots.onStored();
    if (this.#isQuiet) this.#onQuiet?.();
    this.#pump();
  }

  #diverge(divergence: Divergence): void {
    if (this.#diverged) return;
    this.#diverged = true;
    this.#options.onDivergence?.(divergence);
  }

  #fail(error: Error): void {
    this.#stop();
    this.#closed.resolve(error);
  }

  #stop(): void {
    this.#state = 'stopped';
    this.#telling.stop();
    this.#quiet.stop();
    this.#speech.end();
    this.#requests.stop();
    this.#snapshots.stop();
    void this.#inbox.close();
  }
}
