import { type InstrumentId, instrumentParts } from '@algo/model';
import { type Archive, archiveFolder } from './archive.ts';
import type { FileSpec } from './schema.ts';
import type { IdKind } from './store-rows.ts';

/** An instrument's file. */
export interface FileAsked {
  readonly path: string;
  readonly instrument: InstrumentId;
  readonly idKind: IdKind;
}

/** Returns what the worker must know of an instrument's file. */
export function fileSpecOf(asked: FileAsked, archive: Archive | undefined): FileSpec {
  const spec = { ...asked, exchange: instrumentParts(asked.instrument).venue };
  if (archive === undefined) return spec;
  const { dir, unit, isAllAtEnd = false } = archive;
  return { ...spec, archive: { folder: archiveFolder(dir, asked.instrument), unit, isAllAtEnd } };
}
