import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type InstrumentId, isoTime, TIMEFRAMES } from '@algo/model';
import { TABLES, type TableName } from './schema.ts';
import { storePath } from './store-path.ts';
import type { ArchiveUnit } from './store-rows.ts';

/** Where closed days or hours go. One directory for all processes that store: history has no owner. */
export interface Archive {
  readonly dir: string;
  readonly unit: ArchiveUnit;
  /** Whether what is not over goes there too when the store is closed; it is added to when it goes on. */
  readonly isAllAtEnd?: boolean;
}

export type ArchivedTable = 'ticks' | Exclude<TableName, 'checkpoints'>;

/**
 * What tells two rows of a table apart. Zones and gaps are not
 * here: they are few, and change for as long as they live.
 */
export const ARCHIVE_KEYS: Readonly<Partial<Record<ArchivedTable, readonly string[]>>> = {
  ticks: ['trade_id'],
  ...Object.fromEntries(TIMEFRAMES.map((timeframe) => [`candles_${timeframe}`, ['timestamp']])),
  order_flow: ['timestamp'],
  market_profile: ['timestamp', 'timeframe'],
};

export const ARCHIVED_TABLES = Object.keys(ARCHIVE_KEYS) as ArchivedTable[];

/** Every table that a question may be asked of. */
export const ASKED_TABLES: readonly ArchivedTable[] = [
  'ticks',
  ...(Object.keys(TABLES) as TableName[]).filter((name) => name !== 'checkpoints'),
];

/** What changes for as long as it lives, so that it is in no unit: the file has it, or left it here. */
export const LIVING_TABLES = ['supply_demand_zones', 'fair_value_gaps'] as const;

/** Returns where a file that left its disk has put what lives on. */
export function livingFile(folder: string, table: (typeof LIVING_TABLES)[number]): string {
  return join(folder, table, 'living.parquet');
}

const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;
const NAME = /^(\d{4}-\d\d-\d\d)(?:T(\d\d))?\.parquet$/;

/** A file of an archive, and the time that its name speaks of: [`fromUs`, `toUs`). */
export interface ArchiveFile {
  readonly path: string;
  readonly fromUs: number;
  readonly toUs: number;
}

/** Returns the archive's folder of an instrument, laid out as the data directory is. */
export function archiveFolder(archiveDir: string, instrument: InstrumentId): string {
  return dirname(storePath(archiveDir, instrument));
}

/** Returns the unit that a moment falls into, as the file of a table. */
export function archiveFileAt(folder: string, table: string, unit: ArchiveUnit, timeUs: number): ArchiveFile {
  const length = unit === 'day' ? DAY_US : HOUR_US;
  const fromUs = Math.floor(timeUs / length) * length;
  const name = isoTime(fromUs).slice(0, unit === 'day' ? 10 : 13);
  return { path: join(folder, table, `${name}.parquet`), fromUs, toUs: fromUs + length };
}

/** Returns what the archive holds of a table, oldest first; other files in its folder are passed over. */
export function archiveFiles(folder: string, table: string): ArchiveFile[] {
  const of = join(folder, table);
  if (!existsSync(of)) return [];
  return readdirSync(of)
    .sort()
    .flatMap((name) => {
      const [, day, hour] = NAME.exec(name) ?? [];
      if (day === undefined) return [];
      const fromUs = Date.parse(`${day}T${hour ?? '00'}:00:00Z`) * 1_000;
      return [{ path: join(of, name), fromUs, toUs: fromUs + (hour === undefined ? DAY_US : HOUR_US) }];
    });
}
