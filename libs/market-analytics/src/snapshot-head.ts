import type { AnalyticsSettings } from './settings.ts';
import { refuseSnapshot, SNAPSHOT_VERSION, type SnapshotReader, type SnapshotWriter } from './snapshot.ts';

/** Writes what a snapshot must agree on with the settings it is restored under. */
export function writeHead(to: SnapshotWriter, settings: AnalyticsSettings): void {
  to.number(SNAPSHOT_VERSION);
  to.text(settings.instrument);
  to.numbers([settings.priceTick, settings.quantityStep]);
  to.text(computedBy(settings));
}

/**
 * *Errors*: InputError when the snapshot is of another version, instrument, tick or step, of other rules,
 * timeframes or features.
 */
export function readHead(from: SnapshotReader, settings: AnalyticsSettings): void {
  const version = from.number();
  if (version !== SNAPSHOT_VERSION) refuseSnapshot(`version ${version}`);
  const instrument = from.text();
  if (instrument !== settings.instrument) refuseSnapshot(`of ${instrument}`);
  const [priceTick, quantityStep] = from.numbers();
  if (priceTick !== settings.priceTick || quantityStep !== settings.quantityStep)
    refuseSnapshot(`with tick ${priceTick} and step ${quantityStep}`);
  const computed = from.text();
  if (computed !== computedBy(settings)) refuseSnapshot(`of ${computed}`);
}

function computedBy({ rules, timeframes, features }: AnalyticsSettings): string {
  return [...rules, ...timeframes, ...features].join(' ');
}
