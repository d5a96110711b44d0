import {
  IntoSteps,
  type MarketState,
  NUMBERED_FEATURES,
  RECORD_COMPLETE,
  RECORD_CVD,
  RECORD_FLOW,
  RECORD_FLOW_END,
  RECORD_LENGTH,
  RECORD_PRICE,
  RECORD_SIGNAL,
  RECORD_TIME_US,
  RECORD_TRADES,
  recordState,
  type StructureReading,
  steppedProfile,
} from '@algo/model';
import { Refused } from './contract-error.ts';
import { featureNameWords, ruleSetWords } from './generated/words.ts';
import { idFields } from './id-fields.ts';
import { putBars, putGapColumns, putProfile, putTape, putZoneColumns } from './put-change.ts';
import { putDouble, putDoubles, putWord, sayWhole } from './put-field.ts';
import type { WireWriter } from './wire-writer.ts';

const record = new Float64Array(RECORD_LENGTH);
const NUMBERED: ReadonlySet<string> = new Set(NUMBERED_FEATURES);

/** Writes a whole state straight from what it says, in the order of its fields. */
export function putState(to: WireWriter, state: MarketState): void {
  const { priceStep, quantityStep, bars, structures, sinceUs } = state;
  if (!(priceStep > 0 && quantityStep > 0)) throw new Refused('priceStep', priceStep, 'not above 0');
  const into = new IntoSteps(state);
  if (!recordState(state, into, record)) throw new Refused('flow', '', 'other windows than there are');
  idFields.instrument.put(to, 1, state.instrument);
  to.wholeOf(2, record, RECORD_TIME_US);
  to.wholeOf(3, record, RECORD_PRICE);
  putDouble(to, 4, priceStep);
  putDouble(to, 5, quantityStep);
  to.wholeOf(6, record, RECORD_COMPLETE);
  to.wholeOf(7, record, RECORD_TRADES);
  to.doubleOf(8, record, RECORD_CVD);
  to.tag(9, 2);
  to.run(record, RECORD_FLOW, RECORD_FLOW_END);
  putFeatures(to, state.features);
  for (let i = 0; i < bars.length; i++) putBars(to, 12, bars[i]!, into);
  if (record[RECORD_SIGNAL] !== 0) putTape(to, 13, record);
  for (let i = 0; i < structures.length; i++) putStructure(to, 14, structures[i]!, into);
  if (sinceUs !== null) sayWhole(to, 15, sinceUs);
  putDoubles(to, 16, into.exact);
}

/** Writes the features by their numbers, and the names of those that have none. */
function putFeatures(to: WireWriter, names: readonly string[]): void {
  if (names.length === 0) return;
  to.tag(10, 2);
  const place = to.begin();
  for (let i = 0; i < names.length; i++) to.whole(numberOf(names[i]!));
  to.end(place);
  for (let i = 0; i < names.length; i++) {
    if (NUMBERED.has(names[i]!)) continue;
    to.tag(11, 2);
    to.text(names[i]!);
  }
}

function numberOf(name: string): number {
  return NUMBERED.has(name)
    ? featureNameWords[name as keyof typeof featureNameWords]
    : featureNameWords.other;
}

function putStructure(to: WireWriter, field: number, structure: StructureReading, into: IntoSteps): void {
  const { gaps, profiles, rules, zones } = structure;
  to.tag(field, 2);
  const place = to.begin();
  putWord(to, 1, ruleSetWords, rules);
  putZoneColumns(to, 2, zones, into);
  putGapColumns(to, 3, gaps, into);
  for (let i = 0; i < profiles.length; i++) putProfile(to, 4, steppedProfile(profiles[i]!, into));
  to.end(place);
}
