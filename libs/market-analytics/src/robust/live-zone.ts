import {
  type TimeUs,
  type ZoneId,
  type ZoneKind,
  type ZoneOrigin,
  type ZoneStatus,
  zoneId,
} from '@algo/model';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';

/** Zones of one kind that overlap by more than so many tenths of the smaller become one. */
const MERGE_TENTHS = 6;
const STATUSES: readonly ZoneStatus[] = ['fresh', 'tested', 'broken', 'expired'];

/** A zone while it lives in its book, and the only place where it changes. *Units*: prices in steps. */
export interface LiveZone {
  readonly id: ZoneId;
  readonly kind: ZoneKind;
  readonly origin: ZoneOrigin;
  readonly firstSeenUs: TimeUs;
  readonly bornBar: number;
  readonly score: number;
  low: number;
  high: number;
  status: ZoneStatus;
  touches: number;
  deepTests: number;
  lastTestedUs: TimeUs;
  /** Price has left the zone since the last touch, so that coming back is a new one. */
  armed: boolean;
  /** Since it was last armed a wick has gone through it. */
  deep: boolean;
}

/** Returns true until the zone is broken or expired. */
export function isAlive(zone: LiveZone): boolean {
  return zone.status === 'fresh' || zone.status === 'tested';
}

/** Returns the edge that price meets first. */
export function proximalOf(zone: LiveZone): number {
  return zone.kind === 'demand' ? zone.high : zone.low;
}

/** Returns true when two zones share enough of the smaller one's height to become one. */
export function mostlyOverlap(a: LiveZone, b: LiveZone): boolean {
  const shared = Math.min(a.high, b.high) - Math.max(a.low, b.low);
  return 10 * shared > MERGE_TENTHS * Math.min(a.high - a.low, b.high - b.low);
}

/** Writes kind and origin, for `loadKinds` to read back. */
export function saveKinds(to: SnapshotWriter, kind: ZoneKind, origin: ZoneOrigin): void {
  to.flag(kind === 'demand');
  to.flag(origin === 'rejection');
}

/** Returns what `saveKinds` wrote. */
export function loadKinds(from: SnapshotReader): { kind: ZoneKind; origin: ZoneOrigin } {
  const kind = from.flag() ? 'demand' : 'supply';
  const origin = from.flag() ? 'rejection' : 'base-impulse';
  return { kind, origin };
}

/** Writes a zone, for `loadZone` to read back. */
export function saveZone(to: SnapshotWriter, z: LiveZone): void {
  to.text(z.id);
  saveKinds(to, z.kind, z.origin);
  to.numbers([z.firstSeenUs, z.bornBar, z.score, z.low, z.high, STATUSES.indexOf(z.status)]);
  to.numbers([z.touches, z.deepTests, z.lastTestedUs]);
  to.flag(z.armed);
  to.flag(z.deep);
}

/** Returns what `saveZone` wrote. */
export function loadZone(from: SnapshotReader): LiveZone {
  const id = zoneId(from.text());
  const kinds = loadKinds(from);
  const [firstSeenUs, bornBar, score, low, high, status] = from.numbers();
  const [touches, deepTests, lastTestedUs] = from.numbers();
  return {
    id,
    ...kinds,
    firstSeenUs: firstSeenUs!,
    bornBar: bornBar!,
    score: score!,
    low: low!,
    high: high!,
    status: STATUSES[status!]!,
    touches: touches!,
    deepTests: deepTests!,
    lastTestedUs: lastTestedUs!,
    armed: from.flag(),
    deep: from.flag(),
  };
}
