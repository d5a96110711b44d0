import type { PaperVices } from '@algo/simulation';
import type { Step, WorldFault } from './scenario.ts';

/** What each fault does, in plain words. */
export const FAULT_WORDS: Readonly<Record<WorldFault['kind'], string>> = {
  kill: 'A process is killed at a time, an input, a record, or as an order or answer leaves, and begun anew.',
  killAll: 'All processes are killed at once, as by a power cut.',
  pause: 'A process is stopped and goes on 0.2 to 8 s later, position-risk also only after 17 to 26 s.',
  zombie: 'A process is stopped, another one takes its place, and then the first one goes on beside it.',
  busSlow: 'Messages take up to 0.4 s longer to be stored.',
  sendLost: 'What a process sends to the bus is lost on the way, and sent again.',
  ackLost: 'A message is stored, but its sender is never told.',
  storedTwice: 'A message is stored once more, up to 3 s later, under another id.',
  requestLost: 'A request to the exchange never arrives.',
  requestLate: 'A request to the exchange arrives up to 3 s late.',
  requestTwice: 'A request to the exchange arrives a second time, up to 3 s later.',
  answerLost: 'The answer of the exchange never arrives.',
  answerLate: 'The answer of the exchange arrives up to 3 s late, behind newer ones.',
  answerTwice: 'The answer of the exchange arrives twice.',
  diskSlow: 'A process’s disk takes 50 to 650 ms for a record.',
  diskFull: 'A process’s disk is full: records are refused.',
  fsyncError: 'A process’s disk fails to keep what was written.',
  clockJump: 'A process’s wall clock is wrong by −30 s to +60 s for a while.',
};

/** What happens in the market and to people, in plain words. */
export const STEP_WORDS: Readonly<Record<Step['does'], string>> = {
  enter: 'A strategy wants an entry with a stop, a trailing distance, a longest time, perhaps a target.',
  again: 'A strategy says a command again, or the same decision under another command’s name.',
  limit: 'A person halts the account or an instrument, or allows only exits there.',
  resume: 'A person lifts it.',
  flatten: 'A person wants everything left.',
  acknowledge:
    'A person lets what differs in an instrument be: what is held beside ours, or how it is set up.',
  adopt: 'A person gives the engine all that the exchange holds of an instrument; only over a real adapter.',
  forget: 'A person takes all that the engine holds of an instrument from it; only over a real adapter.',
  compare: 'A person has the books compared.',
  silence: 'The feed says nothing, neither trades nor time, for 2 to 20 s.',
  byHand:
    'A person takes away what works there and sells a share of what is held, or buys beside it; only ' +
    'over a real adapter.',
  transfer: 'Money, or the coin that fees are paid with, comes or goes; only over a real adapter.',
  coins:
    'A coin that is traded, that fees are paid with, or that nobody trades comes by deposit or airdrop, or ' +
    'is taken away, also more than is free, also what works there first; only over the adapter of spot.',
  fund: 'Who holds a contract pays or gets funding; only over the adapter of USD-M, as the next three.',
  liquidate: 'The exchange closes all that the account holds, and ends its orders.',
  reduce: 'The exchange takes a part of a position, because somebody else can’t pay.',
  setUp: 'A person sets leverage, margin mode or position mode otherwise, where the exchange lets him.',
  leap: 'A price jumps by 0.4 to 2 %.',
};

/** What each vice of the paper exchange does; `null` for what only says how much of another there is. */
export const VICE_WORDS: Readonly<Record<keyof PaperVices, string | null>> = {
  inputsMax: null,
  requestLost: 'An order or a cancel is lost on the way.',
  requestTwice: 'An order or a cancel arrives twice, and the answer to the second is told.',
  answerLost: 'An order or a cancel is taken and never answered.',
  answerLate: 'An order is taken and answered late: its fills come first.',
  answerTwice: 'An answer comes twice.',
  eventLate: 'An event of the account comes late, behind newer ones.',
  eventTwice: 'An event of the account comes twice.',
  eventLost: 'An event of the account never comes: only a look at the exchange shows what happened.',
  streamBreaks: 'The account’s stream breaks: what happens until it is back is never told.',
  readsBehind: 'A look at the exchange shows an older state.',
  readShort: 'A look at the exchange leaves out the last rows and says that it is complete.',
  pageRows: 'Fills come in short pages.',
  tradeIdsPerSymbol: 'Trade ids count up in each instrument alone, so two fills can have the same.',
  feeInBase: 'A fee is taken in what was bought, so less is held than was filled.',
  feeAssetPrice: 'Fees are paid in a third asset.',
  fillPieces: 'One print fills an order in several pieces.',
  priceBand: 'A limit too far from the price is refused.',
  spotNoShort: 'What is not held, or is locked by another order, can’t be sold.',
  selfTrade: 'Of two orders of ours that would meet, the exchange ends the one that comes, or the other.',
  stopChild: 'A stop that has gone off fills under another order of the exchange.',
  closedByHand: 'Somebody closes a position by hand.',
  boughtByHand: 'Somebody adds to a position by hand, or opens one.',
  liquidationLoss: 'The exchange liquidates a position of a contract.',
  requestsPer10s: 'Too many requests are refused, far too many ban the account.',
  gateForgets: 'What is turned away for a while is not remembered: a second copy may be taken later.',
  maintenanceEveryS: 'The exchange is closed for maintenance.',
  cashEveryS: 'Somebody deposits or withdraws cash, or interest comes, by no trade.',
  fundingEveryS: 'Who holds a contract pays or gets funding.',
  setupEveryS: 'Somebody changes leverage, margin mode or position mode of the account by hand.',
  banS: null,
  cancelOnlyS: null,
  closedS: null,
  lateInputs: null,
  brokenInputs: null,
};
