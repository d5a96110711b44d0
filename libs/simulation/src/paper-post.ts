import type { ReplaceOutcome, SubmitOutcome, VenueEvent } from '@algo/model';
import type { PaperVices } from './paper-vices.ts';
import { SeededRandom } from './seeded-random.ts';

/** Letters that wait at most; what comes when so many do is not held back. */
const LETTERS_MAX = 10_000;

/** What the exchange answers to a write. */
export type PaperOutcome = SubmitOutcome | ReplaceOutcome;

/** What the exchange says to one who trades there: of an account, or to a question that `ask` names. */
export type PaperLetter =
  | { readonly type: 'event'; readonly event: VenueEvent }
  | { readonly type: 'answer'; readonly ask: string; readonly outcome: PaperOutcome };

/**
 * What becomes of a request: how often it arrives, and when it is answered. *Shape*: not answered when it
 * does not arrive.
 */
export interface RequestFate {
  readonly arrives: 0 | 1 | 2;
  readonly answer: 'now' | 'late' | 'twice' | 'never';
}

/** All that a post knows. *Shape*: `waiting` in the order of posting; `due` the input that it leaves at. */
export interface PaperPostState {
  readonly inputs: number;
  readonly requests: number;
  readonly events: number;
  readonly backAt: number;
  readonly waiting: readonly { readonly due: number; readonly letter: PaperLetter }[];
}

const AS_IT_SHOULD: RequestFate = { arrives: 1, answer: 'now' };

const WAY = [
  ...(['requestLost', 'requestTwice', 'answerLost', 'answerLate', 'answerTwice'] as const),
  ...(['eventLost', 'eventLate', 'eventTwice', 'streamBreaks'] as const),
];

/** The way between the exchange and those who trade there, with the vices of such a way. */
export class PaperPost {
  private readonly vices: PaperVices;
  private readonly random: SeededRandom;
  /** Whether the way has no vice at all: nothing needs to be drawn. */
  private readonly isStraight: boolean;
  private inputs = 0;
  private requests = 0;
  private events = 0;
  /** The input at which a broken socket is back. */
  private backAt = -1;
  private waiting: { readonly due: number; readonly letter: PaperLetter }[] = [];

  constructor(vices: PaperVices, seed: number) {
    this.vices = vices;
    this.random = SeededRandom.seeded(seed).stream('post');
    this.isStraight = WAY.every((vice) => vices[vice] === 0);
  }

  /** Returns what becomes of the next submit, cancel or replacement. */
  request(): RequestFate {
    this.requests++;
    if (this.isStraight || this.isOver) return AS_IT_SHOULD;
    const draw = this.random.stream(`request/${this.requests}`);
    const { requestLost, requestTwice, answerLost, answerLate, answerTwice } = this.vices;
    if (draw.chance(requestLost)) return { arrives: 0, answer: 'never' };
    const arrives = draw.chance(requestTwice) ? 2 : 1;
    if (draw.chance(answerLost)) return { arrives, answer: 'never' };
    if (draw.chance(answerLate)) return { arrives, answer: 'late' };
    return { arrives, answer: draw.chance(answerTwice) ? 'twice' : 'now' };
  }

  /** Keeps an answer until later. */
  keep(ask: string, outcome: PaperOutcome): void {
    const draw = this.random.stream(`answer/${this.requests}`);
    this.put({ type: 'answer', ask, outcome }, this.late(draw));
  }

  /** Whether the sockets are broken: what happens meanwhile is told to nobody. */
  get isBroken(): boolean {
    return this.backAt >= this.inputs;
  }

  /** Returns what of this leaves at once; the rest comes with the inputs that follow, or never. */
  send(event: VenueEvent): readonly VenueEvent[] {
    this.events++;
    if (this.isBroken) return [];
    if (this.isStraight || this.isOver || this.waiting.length >= LETTERS_MAX) return [event];
    const draw = this.random.stream(`event/${this.events}`);
    const { eventLate, eventTwice, eventLost, streamBreaks, brokenInputs } = this.vices;
    const letter: PaperLetter = { type: 'event', event };
    if (draw.chance(eventLost)) return [];
    if (draw.chance(streamBreaks) && brokenInputs > 0) {
      this.backAt = this.inputs + brokenInputs;
      return [];
    }
    if (draw.chance(eventLate)) {
      this.put(letter, this.late(draw));
      return [];
    }
    if (draw.chance(eventTwice)) this.put(letter, this.late(draw));
    return [event];
  }

  /** Counts an input of the exchange. */
  next(): void {
    this.inputs++;
  }

  /** Returns what has waited long enough: it leaves behind what this input brought. */
  due(): readonly PaperLetter[] {
    if (this.waiting.length === 0) return [];
    const due = this.waiting.filter((one) => one.due <= this.inputs);
    if (due.length > 0) this.waiting = this.waiting.filter((one) => one.due > this.inputs);
    return due.map(({ letter }) => letter);
  }

  snapshot(): PaperPostState {
    const { inputs, requests, events, backAt, waiting } = this;
    return { inputs, requests, events, backAt, waiting: [...waiting] };
  }

  /** Goes on as the post of the snapshot would have. */
  restore({ inputs, requests, events, backAt, waiting }: PaperPostState): void {
    Object.assign(this, { inputs, requests, events, backAt, waiting: [...waiting] });
  }

  /** Whether the vices of answers, events and reads are over. */
  get isOver(): boolean {
    return this.vices.inputsMax > 0 && this.inputs >= this.vices.inputsMax;
  }

  private late(draw: SeededRandom): number {
    return this.inputs + 1 + draw.below(Math.max(1, this.vices.lateInputs));
  }

  private put(letter: PaperLetter, due: number): void {
    this.waiting.push({ due, letter });
  }
}
