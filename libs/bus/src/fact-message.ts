import {
  decodeFact,
  encodeFact,
  type Fact,
  laneOf,
  type Speaker,
  type StreamName,
  subjectOf,
  timeOf,
  typeOf,
} from '@algo/contracts';
import type { TimeUs } from '@algo/model';
import type { InboundMessage, LanePosition, OutboundMessage } from './bus.ts';
import type { RecordedOrder } from './input-order.ts';

/** What stands around a message's body. */
type MessageHead = Omit<OutboundMessage, 'data'>;

/** Where a message lies in a stream, and how often a durable consumer was given it. */
interface StoredPlace {
  readonly stream: StreamName;
  readonly sequence: number;
  readonly deliveries: number;
  readonly storedUs?: TimeUs;
}

/**
 * A message of which either the fact or the bytes are known; the other is made when somebody asks for it,
 * once. So one process can hand facts on by reference, and a message that nobody looks into is never decoded.
 */
export class FactMessage implements InboundMessage {
  readonly subject: string;
  readonly type: string;
  readonly id: string;
  readonly timeUs: TimeUs;
  readonly lane: LanePosition | undefined;
  readonly order: RecordedOrder | undefined;
  readonly stream: StreamName;
  readonly sequence: number;
  readonly deliveries: number;
  readonly storedUs: TimeUs;
  #fact: Fact | undefined;
  #data: Uint8Array | undefined;

  private constructor(head: MessageHead, place: StoredPlace, fact?: Fact, data?: Uint8Array) {
    this.subject = head.subject;
    this.type = head.type;
    this.id = head.id;
    this.timeUs = head.timeUs;
    this.lane = head.lane;
    this.order = head.order;
    this.stream = place.stream;
    this.sequence = place.sequence;
    this.deliveries = place.deliveries;
    this.storedUs = place.storedUs ?? 0;
    this.#fact = fact;
    this.#data = data;
  }

  /** Returns a stored message as its readers see it, by its bytes. */
  static ofBytes(head: MessageHead, data: Uint8Array, place: StoredPlace): FactMessage {
    return new FactMessage(head, place, undefined, data);
  }

  /** Returns a message as it was said, at its place in a stream, without a look into it. */
  static stored(said: OutboundMessage, place: StoredPlace): FactMessage {
    if (said instanceof FactMessage) return new FactMessage(said, place, said.#fact, said.#data);
    return new FactMessage(said, place, undefined, said.data.slice());
  }

  /**
   * Returns a fact as somebody says it. `place` is where it stands in its lane, or the id of one without a
   * lane.
   */
  static said(
    fact: Fact,
    speaker: Speaker,
    place: { readonly id: string } | { readonly lane: LanePosition; readonly order?: RecordedOrder },
    subject: string = subjectOf(fact.name, fact.body, speaker),
  ): FactMessage {
    const head = {
      subject,
      type: typeOf(fact.name),
      timeUs: timeOf(fact.name, fact.body),
      ...('id' in place ? place : { ...place, id: laneId(subject, place.lane) }),
    };
    return new FactMessage(head, NOT_STORED, fact);
  }

  get data(): Uint8Array {
    this.#data ??= encodeFact(this.#fact!.name, this.#fact!.body);
    return this.#data;
  }

  /**
   * *Errors*: ContractError on bytes that break the contract of their type, or on a type that nobody knows.
   */
  get fact(): Fact {
    this.#fact ??= decodeFact(this.type, this.#data!);
    return this.#fact;
  }
}

const NOT_STORED: StoredPlace = { stream: 'SYSTEM', sequence: 0, deliveries: 0 };

/**
 * Returns the id of what has a place in a lane: the same in every life, so that whoever keeps ids sees
 * repeats.
 */
function laneId(subject: string, { producer, count }: LanePosition): string {
  return `${producer}/${laneOf(subject)}/${count}`;
}
