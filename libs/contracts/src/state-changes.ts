import {
  type BarReading,
  type FairValueGap,
  type InstrumentId,
  IntoSteps,
  type MarketState,
  PROFILE_HIGH,
  PROFILE_LENGTH,
  PROFILE_LOW,
  PROFILE_POC,
  PROFILE_VOLUME,
  RECORD_COMPLETE,
  RECORD_CVD,
  RECORD_FLOW,
  RECORD_FLOW_END,
  RECORD_LENGTH,
  RECORD_PRICE,
  RECORD_SIGNAL,
  RECORD_TIME_US,
  RECORD_TRADES,
  recordProfile,
  recordState,
  type SteppedProfile,
  type StructureReading,
  steppedProfile,
  type Zone,
} from '@algo/model';
import { refusalOf } from './codec.ts';
import { Refused } from './contract-error.ts';
import { ruleSetWords } from './generated/words.ts';
import { idFields } from './id-fields.ts';
import { type ListMoves, putBars, putGaps, putProfile, putTape, putZones } from './put-change.ts';
import { putWhole, putWord } from './put-field.ts';
import { WireWriter } from './wire-writer.ts';
import { STATE_CHANGED, WrittenStateChange } from './written-state-change.ts';

/** What of a set of rules the next state is compared with. */
interface Drawn {
  readonly rules: StructureReading['rules'];
  zones: readonly Zone[];
  gaps: readonly FairValueGap[];
  readonly profiles: readonly Writable<SteppedProfile>[];
}

type Writable<Item> = { -readonly [Key in keyof Item]: Item[Key] };

/** What of the state that was told last the next one is compared with. *Shape*: plain data. */
interface Compared extends Pick<MarketState, 'priceStep' | 'quantityStep' | 'features' | 'sinceUs'> {
  readonly bars: { readonly timeframe: BarReading['timeframe']; bars: number }[];
  readonly structures: readonly Drawn[];
}

/** One message is written at a time. */
const writer = new WireWriter();

/**
 * Tells what changes from one state of an instrument to the next, and keeps only what it compares. It writes
 * what it finds at once: values of a message in between were most of the work.
 */
export class StateChanges {
  #before: Compared;
  #into: IntoSteps;
  /** The numbers of the state in hand, those of one of its profiles, and the volumes of all of these. */
  readonly #record = new Float64Array(RECORD_LENGTH);
  readonly #profile = new Float64Array(PROFILE_LENGTH);
  #volumes = new Float64Array(4);
  #head: Uint8Array | null = null;
  /** The list of bars that was compared last: the same while none closes. */
  #bars: readonly BarReading[] | null = null;

  /** Begins behind a state that was told, or goes on from what `saved` returned. */
  constructor(from: MarketState | string) {
    this.#before = typeof from === 'string' ? (JSON.parse(from) as Compared) : comparedOf(from);
    this.#into = new IntoSteps({ ...this.#before, timeUs: 0 });
  }

  /** Begins anew behind a state that was told whole. */
  begin(state: MarketState): void {
    const { priceStep, quantityStep } = this.#before;
    this.#before = comparedOf(state);
    this.#bars = null;
    if (state.priceStep !== priceStep || state.quantityStep !== quantityStep)
      this.#into = new IntoSteps(state);
  }

  /**
   * Returns what of a state is not as before, and goes on behind it; null where more has changed than can be
   * told so: it begins anew behind a state that is told whole. *Shape*: of the state its lists of zones and
   * gaps are kept, nothing else. *Errors*: ContractError on a value that the contract forbids.
   */
  to(now: MarketState, number: number): WrittenStateChange | null {
    if (!this.#hasShapeOf(now)) return null;
    try {
      this.#into.begin(now.timeUs);
      if (!recordState(now, this.#into, this.#record) || !this.#write(now, number)) return null;
      if (this.#into.exact.length > 0) return null;
    } catch (error) {
      throw error instanceof Refused ? refusalOf(STATE_CHANGED, error) : error;
    }
    return new WrittenStateChange(now.instrument, now.timeUs, writer.finish());
  }

  saved(): string {
    return JSON.stringify(this.#before);
  }

  /** Writes a change in the order of its fields; returns whether it can be told so. */
  #write(now: MarketState, number: number): boolean {
    const record = this.#record;
    writer.start();
    this.#head ??= headOf(now.instrument);
    writer.raw(this.#head);
    writer.wholeOf(2, record, RECORD_TIME_US);
    putWhole(writer, 3, number);
    writer.wholeOf(4, record, RECORD_PRICE);
    writer.wholeOf(5, record, RECORD_COMPLETE);
    writer.wholeOf(6, record, RECORD_TRADES);
    writer.doubleOf(7, record, RECORD_CVD);
    writer.tag(8, 2);
    writer.run(record, RECORD_FLOW, RECORD_FLOW_END);
    if (record[RECORD_SIGNAL] !== 0) putTape(writer, 9, record);
    const { bars, structures } = now;
    if (bars !== this.#bars) this.#writeBars(bars);
    this.#bars = bars;
    for (let i = 0; i < structures.length; i++)
      if (!this.#writeStructure(this.#before.structures[i]!, structures[i]!)) return false;
    return true;
  }

  #writeBars(now: readonly BarReading[]): void {
    for (let i = 0; i < now.length; i++) {
      const before = this.#before.bars[i]!;
      const reading = now[i]!;
      if (before.bars === reading.bars) continue;
      before.bars = reading.bars;
      putBars(writer, 10, reading, this.#into);
    }
  }

  #writeStructure(before: Drawn, now: StructureReading): boolean {
    const into = this.#into;
    const { zones, gaps, profiles } = now;
    if (profiles.length !== before.profiles.length) return false;
    const mark = writer.written;
    writer.tag(11, 2);
    const place = writer.begin();
    putWord(writer, 1, ruleSetWords, now.rules);
    let isAsBefore = true;
    const zoneMoves = movesOf(before.zones, zones);
    const gapMoves = movesOf(before.gaps, gaps);
    if (zoneMoves !== null) putZones(writer, 2, zoneMoves, into);
    if (gapMoves !== null) putGaps(writer, 3, gapMoves, into);
    if (zoneMoves !== null || gapMoves !== null) isAsBefore = false;
    before.zones = zones;
    before.gaps = gaps;
    if (profiles.length > this.#volumes.length) this.#volumes = new Float64Array(profiles.length);
    const volumes = this.#volumes;
    let changed = 0;
    for (let i = 0; i < profiles.length; i++) {
      const told = before.profiles[i]!;
      const profile = profiles[i]!;
      if (told.scope !== profile.scope) return false;
      recordProfile(profile, into, this.#profile);
      const volume = this.#profile[PROFILE_VOLUME]!;
      volumes[i] = volume;
      if (this.#goOn(told, profile.pocRunnerUp)) changed |= 1 << i;
      else if (told.volume === volume) continue;
      told.volume = volume;
      isAsBefore = false;
    }
    if (isAsBefore) {
      writer.takeBack(mark);
      return true;
    }
    if (profiles.length > 0) {
      writer.tag(4, 2);
      writer.run(volumes, 0, profiles.length);
    }
    for (let i = 0; changed > 0; i++, changed >>= 1)
      if ((changed & 1) === 1) putProfile(writer, 5, before.profiles[i]!);
    writer.end(place);
    return true;
  }

  /** Goes on to the profile on record; returns whether more than its volume was otherwise before. */
  #goOn(told: Writable<SteppedProfile>, pocRunnerUp: number | null): boolean {
    const record = this.#profile;
    const poc = record[PROFILE_POC]!;
    const low = record[PROFILE_LOW]!;
    const high = record[PROFILE_HIGH]!;
    const hasArea = !Number.isNaN(low);
    const isAreaSame = hasArea
      ? told.areaLow === low && told.areaHigh === high
      : told.areaLow === null && told.areaHigh === null;
    if (isAreaSame && told.poc === poc && told.pocRunnerUp === pocRunnerUp) return false;
    told.poc = poc;
    told.pocRunnerUp = pocRunnerUp;
    told.areaLow = hasArea ? low : null;
    told.areaHigh = hasArea ? high : null;
    return true;
  }

  /** Says whether a state names the same things in the same order as the one before, to be told by it. */
  #hasShapeOf(now: MarketState): boolean {
    const before = this.#before;
    if (before.priceStep !== now.priceStep || before.quantityStep !== now.quantityStep) return false;
    if (before.sinceUs !== now.sinceUs) return false;
    const { bars, features, structures } = now;
    if (before.features !== features && !agree(before.features, features, (a, b) => a === b)) return false;
    if (bars !== this.#bars && !agree(before.bars, bars, (a, b) => a.timeframe === b.timeframe)) return false;
    return agree(before.structures, structures, (a, b) => a.rules === b.rules);
  }
}

/** Returns the first field of a change, which is the same in all of an instrument. */
function headOf(instrument: InstrumentId): Uint8Array {
  const to = new WireWriter();
  to.start();
  idFields.instrument.put(to, 1, instrument);
  return to.finish();
}

function comparedOf(state: MarketState): Compared {
  const { priceStep, quantityStep, features, sinceUs, bars, structures } = state;
  const into = new IntoSteps(state);
  return {
    ...{ priceStep, quantityStep, features, sinceUs },
    bars: bars.map(({ timeframe, bars: closed }) => ({ timeframe, bars: closed })),
    structures: structures.map(({ rules, zones, gaps, profiles }) => ({
      ...{ rules, zones, gaps, profiles: profiles.map((profile) => steppedProfile(profile, into)) },
    })),
  };
}

function agree<A, B>(a: readonly A[], b: readonly B[], does: (a: A, b: B) => boolean): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!does(a[i]!, b[i]!)) return false;
  return true;
}

/** Returns how a list became another; null when it did not change. */
function movesOf<Item extends Zone | FairValueGap>(
  before: readonly Item[],
  now: readonly Item[],
): ListMoves<Item> | null {
  if (before === now) return null;
  const places: number[] = [];
  const fresh: Item[] = [];
  let isAsBefore = now.length === before.length;
  let next = 0;
  for (let i = 0; i < now.length; i++) {
    const item = now[i]!;
    // Most stand behind the one that they stood behind.
    const at = before[next] === item ? next : placeOf(item, before);
    places.push(at + 1);
    if (at < 0) fresh.push(item);
    else next = at + 1;
    if (at !== i) isAsBefore = false;
  }
  return isAsBefore ? null : { places, fresh };
}

function placeOf<Item extends Zone | FairValueGap>(item: Item, list: readonly Item[]): number {
  for (let i = 0; i < list.length; i++) if (list[i] === item) return i;
  for (let i = 0; i < list.length; i++) if (list[i]!.id === item.id && isSame(list[i]!, item)) return i;
  return -1;
}

/** Says whether two zones or gaps say the same in everything. */
function isSame<Item extends Zone | FairValueGap>(a: Item, b: Item): boolean {
  return (Object.keys(a) as (keyof Item)[]).every((key) => a[key] === b[key]);
}
