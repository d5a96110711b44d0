// What the parts of a state are written with, straight from the zones, gaps and bars that it has. Numbers of
// fields stand here by hand: a test holds the bytes against what the generated tables write.

import {
  type BarReading,
  type FairValueGap,
  type IntoSteps,
  RECORD_FAST_Z,
  RECORD_FLIP_SPREAD,
  RECORD_MID,
  RECORD_SIGNAL,
  RECORD_SLOW_Z,
  type SteppedProfile,
  TAPE_SIGNALS,
  type Zone,
} from '@algo/model';
import { finite, wholeNumber } from './field.ts';
import {
  gapKindWords,
  gapStatusWords,
  profileScopeWords,
  tapeSignalWords,
  timeframeWords,
  zoneKindWords,
  zoneOriginWords,
  zoneStatusWords,
} from './generated/words.ts';
import { idFields } from './id-fields.ts';
import { putKnown, putWhole, putWholes, putWord, sayDouble, sayWhole } from './put-field.ts';
import type { WireWriter } from './wire-writer.ts';

/** The number of each of TAPE_SIGNALS. */
const SIGNALS = TAPE_SIGNALS.map((signal) => tapeSignalWords[signal]);

/** Writes the tape's reading from the record of a state. */
export function putTape(to: WireWriter, field: number, record: Float64Array): void {
  to.tag(field, 2);
  const place = to.begin();
  to.tag(1, 0);
  to.whole(SIGNALS[record[RECORD_SIGNAL]! - 1]!);
  to.doubleOf(2, record, RECORD_FAST_Z);
  to.doubleOf(3, record, RECORD_SLOW_Z);
  to.knownOf(4, record, RECORD_MID);
  to.knownOf(5, record, RECORD_FLIP_SPREAD);
  to.end(place);
}

/** Writes what the bars of a timeframe say. */
export function putBars(to: WireWriter, field: number, reading: BarReading, into: IntoSteps): void {
  const { last } = reading;
  to.tag(field, 2);
  const place = to.begin();
  putWord(to, 1, timeframeWords, reading.timeframe);
  putWhole(to, 2, reading.bars);
  if (last !== null) {
    to.tag(3, 2);
    const inside = to.begin();
    putWhole(to, 1, into.ago(last.openTimeUs));
    putWhole(to, 2, into.price(last.open));
    putWhole(to, 3, into.price(last.high));
    putWhole(to, 4, into.price(last.low));
    putWhole(to, 5, into.price(last.close));
    putWhole(to, 6, into.quantity(last.volume));
    to.end(inside);
  }
  putKnown(to, 4, reading.values);
  to.end(place);
}

/** Writes a profile. */
export function putProfile(to: WireWriter, field: number, profile: SteppedProfile): void {
  to.tag(field, 2);
  const place = to.begin();
  putWord(to, 1, profileScopeWords, profile.scope);
  putWhole(to, 2, profile.poc);
  if (profile.pocRunnerUp !== null) sayDouble(to, 3, profile.pocRunnerUp);
  if (profile.areaLow !== null) sayWhole(to, 4, profile.areaLow);
  if (profile.areaHigh !== null) sayWhole(to, 5, profile.areaHigh);
  putWhole(to, 6, profile.volume);
  to.end(place);
}

/** Says a whole number of a zone or a gap, or its word by the word's number. */
type Column<Item> = (item: Item, into: IntoSteps) => number;

/** Of ZoneColumns, by their numbers from 2 on; the strength, no whole number, is written by itself. */
const ZONE_COLUMNS: readonly (Column<Zone> | null)[] = [
  ({ timeframe }) => timeframeWords[timeframe],
  ({ kind }) => zoneKindWords[kind],
  ({ origin }) => zoneOriginWords[origin],
  ({ low }, into) => into.price(low),
  ({ high }, into) => into.price(high),
  null,
  ({ status }) => zoneStatusWords[status],
  ({ touches }) => touches,
  ({ firstSeenUs }, into) => into.ago(firstSeenUs),
  ({ lastTestedUs }, into) => into.agoOrNever(lastTestedUs),
];
/** Of GapColumns; what is filled is written by itself. */
const GAP_COLUMNS: readonly (Column<FairValueGap> | null)[] = [
  ({ timeframe }) => timeframeWords[timeframe],
  ({ kind }) => gapKindWords[kind],
  ({ low }, into) => into.price(low),
  ({ high }, into) => into.price(high),
  null,
  ({ status }) => gapStatusWords[status],
  ({ createdUs }, into) => into.ago(createdUs),
  ({ filledUs }, into) => into.agoOrNever(filledUs),
];
const isNothing = ({ filled }: FairValueGap): boolean => Object.is(filled, 0);

/** How a list became another: where its items stood, from 1, and 0 for those that are new. */
export interface ListMoves<Item> {
  readonly places: readonly number[];
  readonly fresh: readonly Item[];
}

/** Write how a list of zones, or of gaps, became another. */
export function putZones(to: WireWriter, field: number, moves: ListMoves<Zone>, into: IntoSteps): void {
  to.tag(field, 2);
  const place = to.begin();
  putWholes(to, 1, moves.places);
  putZoneColumns(to, 2, moves.fresh, into);
  to.end(place);
}

export function putGaps(
  to: WireWriter,
  field: number,
  moves: ListMoves<FairValueGap>,
  into: IntoSteps,
): void {
  to.tag(field, 2);
  const place = to.begin();
  putWholes(to, 1, moves.places);
  putGapColumns(to, 2, moves.fresh, into);
  to.end(place);
}

/** Write zones, or gaps, by columns. */
export function putZoneColumns(to: WireWriter, field: number, zones: readonly Zone[], into: IntoSteps): void {
  to.tag(field, 2);
  const place = to.begin();
  for (let i = 0; i < zones.length; i++) idFields.zone.put(to, 1, zones[i]!.id);
  if (zones.length > 0)
    putColumns(to, zones, ZONE_COLUMNS, into, (number) => {
      beginDoubles(to, number, zones.length);
      for (let i = 0; i < zones.length; i++) to.double(finite(zones[i]!.strength));
    });
  to.end(place);
}

export function putGapColumns(
  to: WireWriter,
  field: number,
  gaps: readonly FairValueGap[],
  into: IntoSteps,
): void {
  to.tag(field, 2);
  const place = to.begin();
  for (let i = 0; i < gaps.length; i++) idFields.fairValueGap.put(to, 1, gaps[i]!.id);
  if (gaps.length > 0)
    putColumns(to, gaps, GAP_COLUMNS, into, (number) => {
      if (gaps.every(isNothing)) return;
      beginDoubles(to, number, gaps.length);
      for (let i = 0; i < gaps.length; i++) to.double(finite(gaps[i]!.filled));
    });
  to.end(place);
}

/** Writes the columns of items; `putDoubles` the one that has no whole numbers, by its number. */
function putColumns<Item>(
  to: WireWriter,
  items: readonly Item[],
  columns: readonly (Column<Item> | null)[],
  into: IntoSteps,
  putOther: (number: number) => void,
): void {
  for (let c = 0; c < columns.length; c++) {
    const numberOf = columns[c]!;
    if (numberOf === null) {
      putOther(c + 2);
      continue;
    }
    to.tag(c + 2, 2);
    const place = to.begin();
    for (let i = 0; i < items.length; i++) to.whole(wholeNumber(numberOf(items[i]!, into)));
    to.end(place);
  }
}

function beginDoubles(to: WireWriter, number: number, count: number): void {
  to.tag(number, 2);
  to.whole(count * 8);
}
