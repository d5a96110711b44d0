import { type Plain, toPlain } from '@algo/model';
import type { AppendLog } from '../append-log.ts';
import type { Requests } from '../drive-plan.ts';
import { type InputOrder, OWN } from '../input-order.ts';
import type { OwnInput } from '../machine.ts';
import type { DriveSnapshot } from './drive-snapshot.ts';
import type { OwnArrival } from './inbox.ts';
import { decodeRecord, encodeRecord, type OwnRecord } from './own-records.ts';
import type { Divergence, Word } from './own-speech.ts';
import type { OwnPast } from './past-lives.ts';
import { type OpenRequest, RequestDesk } from './request-desk.ts';

export interface OwnRequestsParts<Request, Own extends OwnInput> {
  readonly requests: Requests<Request, Own> | undefined;
  readonly log: AppendLog;
  readonly order: InputOrder;
  readonly snapshot: DriveSnapshot | undefined;
  readonly past: OwnPast;
  /** Told of an input record once it is on disk. */
  readonly onInput: (arrival: OwnArrival) => void;
  readonly onReady: () => void;
  readonly onStored: () => void;
  /** Told when nothing that leaves the process waits for the disk any more. */
  readonly onGone: () => void;
  readonly onDivergence: (divergence: Divergence) => void;
  readonly onFailure: (error: Error) => void;
}

/**
 * What a machine asks of the outside, and what it is told from there. While older lives are taken again,
 * requests are only collected; those that did not come to their end then are carried out from `begin` on.
 */
export class OwnRequests<Request, Own extends OwnInput> {
  readonly #parts: OwnRequestsParts<Request, Own>;
  readonly #desk: RequestDesk<Request, Own> | undefined;
  /** Asked by older lives, by number; undefined once they are carried out. */
  #collected: Map<number, OpenRequest<Request>> | undefined;
  #asked: number;
  /** Who waits for the order of inputs to be on disk, and up to which input it goes there. */
  #anchoring: { readonly taken: number; readonly waiting: (() => void)[] } | undefined;
  /** Intents and leavings on their way to the disk. */
  #leaving = 0;
  #closing = false;
  #stopped = false;

  constructor(parts: OwnRequestsParts<Request, Own>) {
    this.#parts = parts;
    this.#asked = parts.snapshot?.requests ?? 0;
    const open = (parts.snapshot?.open ?? []) as readonly OpenRequest<Request>[];
    this.#collected = new Map(open.map((request) => [request.number, request]));
    if (parts.requests !== undefined)
      this.#desk = new RequestDesk<Request, Own>({
        requests: parts.requests,
        intend: (request, key, done) => this.#intend(request, key, done),
        leave: (request, done) => this.#append({ kind: 'left', request }, done),
        anchor: (done) => this.#anchor(done),
        end: (request, dropped, inputs, done) =>
          this.#append({ kind: 'input', inputs, request, dropped, order: this.#parts.order.now() }, done),
        onReady: parts.onReady,
        onFailure: parts.onFailure,
      });
  }

  /** How many requests were made over all lives. */
  get asked(): number {
    return this.#asked;
  }

  get open(): readonly OpenRequest<Request>[] {
    return this.#desk?.open ?? [];
  }

  /** Whether so many wait that no more should be made. */
  get isFull(): boolean {
    return this.#desk?.isFull ?? false;
  }

  /** Whether something that leaves the process behind it is on its way to the disk. */
  get isGoingToDisk(): boolean {
    return this.#leaving > 0;
  }

  /** Number of the first request that a snapshot must wait for; Infinity when there is none. */
  get firstUnkept(): number {
    return this.#desk?.firstUnkept ?? Number.POSITIVE_INFINITY;
  }

  /** Takes a request of the machine. */
  ask(request: Request): void {
    if (this.#desk === undefined) throw new Error('the plan names nobody who carries out requests');
    const open = { number: ++this.#asked, request, hasLeft: false, isIntended: false };
    if (this.#collected === undefined) this.#desk.add(open);
    else this.#collected.set(open.number, open);
  }

  inject(input: Own): void {
    this.#append({ kind: 'input', inputs: [input], request: null, dropped: null, order: null }, () => {});
  }

  /** Carries out what may go. */
  run(): void {
    if (this.#collected === undefined) this.#desk?.run();
  }

  /** From here on requests are carried out; first those of older lives that have not come to their end. */
  begin(): void {
    const { intents, left, ended } = this.#parts.past;
    const collected = this.#collected!;
    this.#collected = undefined;
    const before = this.#parts.snapshot?.requests ?? 0;
    for (const [number, { body }] of intents)
      if (number > before || collected.has(number)) this.#compare(number, collected, body as Request);
    this.#asked = Math.max(this.#asked, ...intents.keys());
    for (const open of [...collected.values()].toSorted((a, b) => a.number - b.number))
      if (!ended.has(open.number))
        this.#desk!.add({ ...open, hasLeft: open.hasLeft || left.has(open.number) });
  }

  /** Notes that the machine was told what came of a request. */
  ended({ request, dropped }: OwnRecord & { readonly kind: 'input' }): void {
    for (const number of [request, dropped]) if (number !== null) this.#desk?.ended(number);
  }

  /** Begins nothing more but what a snapshot rests on; what is on its way to the disk still counts. */
  close(): void {
    this.#closing = true;
    this.#desk?.drain();
  }

  /** Heeds nothing more, as a dead process. */
  stop(): void {
    this.close();
    this.#desk?.stop();
    this.#stopped = true;
  }

  /** What was written down before it was done stands, whatever this life would ask. */
  #compare(number: number, collected: Map<number, OpenRequest<Request>>, said: Request): void {
    const got = collected.get(number);
    const [had, now] = [wordOf(said), got === undefined ? undefined : wordOf(got.request)];
    if (now === undefined || Buffer.compare(had.data, now.data) !== 0)
      this.#parts.onDivergence({ input: this.#parts.order.taken, at: `request ${number}`, had, got: now });
    collected.set(number, { number, request: said, hasLeft: got?.hasLeft ?? false, isIntended: true });
  }

  /** One record is enough for all that one input asks for, none where older lives' words have the order. */
  #anchor(done: () => void): void {
    const { order } = this.#parts;
    if (order.openRuns === 0) {
      done();
      return;
    }
    if (this.#anchoring?.taken === order.taken) {
      this.#anchoring.waiting.push(done);
      return;
    }
    const anchoring = { taken: order.taken, waiting: [done] };
    this.#anchoring = anchoring;
    this.#appendWord({ kind: 'order', order: order.now() }, () => {
      if (this.#anchoring === anchoring) this.#anchoring = undefined;
      for (const each of anchoring.waiting) each();
    });
  }

  /** An intent counts as said: it carries the order of inputs that led to it. */
  #intend({ number, request }: OpenRequest<Request>, key: string, done: () => void): void {
    const order = this.#parts.order.now();
    this.#appendWord({ kind: 'intent', request: number, key, body: request, order }, done);
  }

  #appendWord(record: OwnRecord & { readonly kind: 'intent' | 'order' }, done: () => void): void {
    const { order, onStored } = this.#parts;
    const word = order.say();
    this.#append(record, () => {
      order.stored(word);
      done();
      onStored();
    });
  }

  /** Writes a record; an input is handed on from there, by its bytes, so that every life is told the same. */
  #append(record: OwnRecord, done: () => void): void {
    if (this.#closing) return;
    const bytes = encodeRecord(record);
    const leaves = record.kind === 'intent' || record.kind === 'left';
    if (leaves) this.#leaving++;
    this.#parts.log.append(bytes, (error, number) => {
      if (this.#stopped) return;
      if (error !== undefined) {
        this.#parts.onFailure(error);
        return;
      }
      done();
      if (leaves && --this.#leaving === 0) this.#parts.onGone();
      const written = record.kind === 'input' ? decodeRecord(bytes) : undefined;
      if (written?.kind === 'input') this.#parts.onInput({ stream: OWN, sequence: number, record: written });
    });
  }
}

function wordOf(request: unknown): Word {
  const plain: Plain = toPlain(request);
  return { type: 'request', data: new TextEncoder().encode(JSON.stringify(plain)) };
}
