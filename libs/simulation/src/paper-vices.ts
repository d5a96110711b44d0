import { InputError } from '@algo/model';

/**
 * What makes a paper venue as bad as a real one can be. Which request, answer or event it hits follows from
 * the seed of the venue and the ordinal of what it hits, never from a clock, so a run replays exactly.
 * *Shape*: each number alone; 0 is off. *Units*: a *share* is a probability, 0 to 1; an *input* is one batch
 * of trades or one told time that the exchange takes.
 */
export interface PaperVices {
  /** Inputs after which answers, events and reads are as they should be, for ever; 0 is never. */
  readonly inputsMax: number;
  /** Share of requests that change the books and are lost on the way: never in the books, never answered. */
  readonly requestLost: number;
  /** Share that arrive twice, as through a proxy that tries again: the second one's answer is told. */
  readonly requestTwice: number;
  /** Share that are taken, and never answered. */
  readonly answerLost: number;
  /** Share that are taken at once and answered up to `lateInputs` later: account events come first. */
  readonly answerLate: number;
  /** Share that are answered now and once more up to `lateInputs` later. */
  readonly answerTwice: number;
  /** Share of account events that come up to `lateInputs` later, behind what happened after them. */
  readonly eventLate: number;
  /** Share of account events that come now and once more up to `lateInputs` later. */
  readonly eventTwice: number;
  /** Share of account events that never come: only reads show what happened. */
  readonly eventLost: number;
  /**
   * Share of account events at which the socket breaks, for `brokenInputs`: what happens meanwhile is
   * never told.
   */
  readonly streamBreaks: number;
  /** How many changes of an account its reads don't show yet: orders taken, fills, ends. */
  readonly readsBehind: number;
  /** Share of reads that leave out their last rows, and say that they are complete. */
  readonly readShort: number;
  /** Fills that a page has at most, saying that there are more; 0 leaves it to the exchange. */
  readonly pageRows: number;
  /** 1: trade ids count up in each instrument alone, so that two instruments share them. */
  readonly tradeIdsPerSymbol: number;
  /** 1: what is bought on spot pays its fee in what was bought, so that less is held than was filled. */
  readonly feeInBase: number;
  /** Quote that one FEE_ASSET costs, in which fees are paid while there is enough of it; 0 is never. */
  readonly feeAssetPrice: number;
  /** Most pieces that what a print fills comes in, each a fill of its own; 0 and 1 leave it whole. */
  readonly fillPieces: number;
  /** Share of the price beyond which a limit is refused, on both sides; 0 is no band. */
  readonly priceBand: number;
  /** 1: spot sells what is held and not locked by resting sells and stops; nothing is ever short there. */
  readonly spotNoShort: number;
  /** An order that would meet another of its account: 1 ends the one that comes, 2 those that rest. */
  readonly selfTrade: number;
  /** 1: once let go, a stop fills under another venue order id than the one it was taken under. */
  readonly stopChild: number;
  /** Share of prints after which somebody closes a position by hand: a fill not of our orders. */
  readonly closedByHand: number;
  /** Share of prints after which somebody adds to a position, or opens one, by hand: a fill not of ours. */
  readonly boughtByHand: number;
  /** Share of its cost at whose loss a perp position is liquidated: a fill not of our orders; 0 is never. */
  readonly liquidationLoss: number;
  /** Writes of an account in 10 s that are taken; with twice as many it is banned; 0 is no limit. */
  readonly requestsPer10s: number;
  /** Seconds that a ban lasts; 0 is two minutes. */
  readonly banS: number;
  /** 1: what is turned away for a while is not remembered, so that a second copy of it may be taken later. */
  readonly gateForgets: number;
  /** Told seconds from one end of maintenance to the next; 0 is never. */
  readonly maintenanceEveryS: number;
  /** Seconds at the start of each maintenance in which only cancels are taken. */
  readonly cancelOnlyS: number;
  /** Seconds after that in which no write is taken. */
  readonly closedS: number;
  /** Told seconds from one time at which somebody may deposit or withdraw cash to the next; 0 is never. */
  readonly cashEveryS: number;
  /** Told seconds from one funding of what is held of perps to the next; 0 is never. */
  readonly fundingEveryS: number;
  /** Told seconds from one time at which somebody may change an account's setup to the next; 0 is never. */
  readonly setupEveryS: number;
  /** Inputs that something late waits at most; 1 where it is 0. */
  readonly lateInputs: number;
  /** Inputs until a broken socket is back. */
  readonly brokenInputs: number;
}

/** In what fees are paid beside quote and base. */
export const FEE_ASSET = 'BNB';

type Bound = readonly [from: number, to: number, kind: 'whole' | 'any'];

const SHARE: Bound = [0, 1, 'any'];
const SWITCH: Bound = [0, 1, 'whole'];
const BOUNDS: Readonly<Record<keyof PaperVices, Bound>> = {
  inputsMax: [0, 1_000_000_000, 'whole'],
  requestLost: SHARE,
  requestTwice: SHARE,
  answerLost: SHARE,
  answerLate: SHARE,
  answerTwice: SHARE,
  eventLate: SHARE,
  eventTwice: SHARE,
  eventLost: SHARE,
  streamBreaks: SHARE,
  readsBehind: [0, 1_000, 'whole'],
  readShort: SHARE,
  pageRows: [0, 10_000, 'whole'],
  tradeIdsPerSymbol: SWITCH,
  feeInBase: SWITCH,
  feeAssetPrice: [0, 1_000_000, 'any'],
  fillPieces: [0, 20, 'whole'],
  priceBand: SHARE,
  spotNoShort: SWITCH,
  selfTrade: [0, 2, 'whole'],
  stopChild: SWITCH,
  closedByHand: SHARE,
  boughtByHand: SHARE,
  liquidationLoss: SHARE,
  requestsPer10s: [0, 100_000, 'whole'],
  banS: [0, 86_400, 'whole'],
  gateForgets: SWITCH,
  maintenanceEveryS: [0, 86_400, 'whole'],
  cancelOnlyS: [0, 3_600, 'whole'],
  closedS: [0, 3_600, 'whole'],
  cashEveryS: [0, 86_400, 'whole'],
  fundingEveryS: [0, 86_400, 'whole'],
  setupEveryS: [0, 86_400, 'whole'],
  lateInputs: [0, 1_000, 'whole'],
  brokenInputs: [0, 10_000, 'whole'],
};

/** The names of all vices, in the order of their description. */
export const PAPER_VICES = Object.keys(BOUNDS) as readonly (keyof PaperVices)[];

/** A venue that does all as it should. */
export const NO_VICES = Object.fromEntries(PAPER_VICES.map((name) => [name, 0])) as Record<
  keyof PaperVices,
  number
>;

/**
 * Returns vices as a configuration names them: `answerLost=0.05, eventTwice=0.1`; what isn't named is off.
 * *Errors*: InputError on an unknown name, a name given twice, or a number outside its range.
 */
export function readPaperVices(text: string): PaperVices {
  const read = new Map<string, number>();
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const [name = '', value = '', ...more] = part.split('=').map((each) => each.trim());
    if (!PAPER_VICES.some((known) => known === name))
      throw unusable(name, part, 'no vice of that name', `Use name=number of: ${PAPER_VICES.join(', ')}.`);
    if (read.has(name)) throw unusable(name, part, 'named twice', 'Name it once.');
    if (value === '' || more.length > 0)
      throw unusable(name, part, 'not name=number', `Write it as ${name}=1.`);
    read.set(name, Number(value));
  }
  const vices = { ...NO_VICES, ...Object.fromEntries(read) };
  refuseUnusableVices(vices);
  return vices;
}

/** *Errors*: InputError on a number outside its range. */
export function refuseUnusableVices(vices: PaperVices): void {
  for (const name of PAPER_VICES) {
    const [from, to, kind] = BOUNDS[name];
    const value = vices[name];
    if (!(value >= from && value <= to))
      throw unusable(name, value, 'outside its range', `Use ${from} to ${to}.`);
    if (kind === 'whole' && !Number.isInteger(value))
      throw unusable(name, value, 'not whole', `Use a whole number from ${from} to ${to}.`);
  }
}

function unusable(name: string, value: unknown, because: string, remedy: string): InputError {
  return new InputError({ field: `vices.${name}`, value, because, remedy });
}
