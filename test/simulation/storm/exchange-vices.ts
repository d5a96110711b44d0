import type { SeededRandom } from '@algo/simulation';

/** The one place where the exchange’s vices come in: what each seed may find it to be. */
export const VICES = [
  ...['', '', '', '', 'fillPieces=4, tradeIdsPerSymbol=1', 'tradeIdsPerSymbol=1'],
  'requestLost=0.15, answerLost=0.15',
  'answerLost=0.3',
  'requestTwice=0.4, answerTwice=0.3, lateInputs=20',
  'answerLate=0.5, lateInputs=20',
  'eventLate=0.4, eventTwice=0.3, lateInputs=20, fillPieces=3',
  'streamBreaks=0.2, brokenInputs=40',
  'eventLost=0.25',
  'readsBehind=3, readShort=0.3, answerLost=0.2',
  'spotNoShort=1, fillPieces=3, tradeIdsPerSymbol=1',
  'stopChild=1, eventLate=0.3, eventTwice=0.2, lateInputs=10, fillPieces=3',
  'spotNoShort=1, stopChild=1, requestLost=0.1, answerLost=0.15',
  'answerLost=0.1, answerLate=0.2, eventLate=0.2, eventTwice=0.2, requestLost=0.1, lateInputs=20',
];

/** What an exchange may be like beside all that; most are like none of it. */
export const ODDITIES = [
  'pageRows=7',
  'feeInBase=1',
  'feeAssetPrice=40',
  'priceBand=0.002',
  'closedByHand=0.03',
  'liquidationLoss=0.004',
  'requestsPer10s=3, banS=12',
  'maintenanceEveryS=20, cancelOnlyS=2, closedS=2',
];

/** What any exchange may seldom be like besides; each is drawn by itself, so that one more moves no other. */
export const RARE = [
  ['cashEveryS=3, fundingEveryS=4'],
  ['selfTrade=1', 'selfTrade=2'],
  ['boughtByHand=0.02', 'boughtByHand=0.06, closedByHand=0.03', 'boughtByHand=0.08, closedByHand=0.04'],
  ['setupEveryS=5', 'setupEveryS=12'],
];
/** Under these a person has something to let be, and the exchange turns away for a while whatever comes. */
export const FOR_PERSONS = /boughtByHand|setupEveryS/;
export const TURNS_AWAY = /requestsPer10s|maintenanceEveryS/;
/**
 * Where it is told late that somebody closed ours and what he had added, an exit of ours may sell what he has
 * added since: whose the rest is then nobody can say.
 */
const HIDDEN = /closedByHand|liquidationLoss|readsBehind|eventLost|streamBreaks/;
/** And half of those do not remember what they have turned away. */
export const GATE_FORGETS = 'gateForgets=1';

/** Returns what the exchange of a seed is like, as `readPaperVices` reads it. */
export function vicesOf(random: SeededRandom): string {
  const vices = [VICES[random.below(VICES.length)]!];
  const odd = random.stream('odd');
  const oddity = ODDITIES[odd.below(ODDITIES.length)]!;
  if (odd.chance(0.4)) vices.push(oddity);
  for (const kinds of RARE) {
    const rare = random.stream(kinds[0]!);
    if (!rare.chance(0.08)) continue;
    const kind = kinds[rare.below(kinds.length)]!;
    vices.push(kind.includes('closedByHand') && HIDDEN.test(vices.join()) ? kinds[0]! : kind);
  }
  const turnsAway = vices.some((each) => TURNS_AWAY.test(each));
  if (turnsAway && random.stream('forgets').chance(0.5)) vices.push(GATE_FORGETS);
  return vices.filter((each) => each !== '').join(', ');
}
