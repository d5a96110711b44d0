import type { RowBatch } from './row-buffer.ts';
import type { FileSpec } from './schema.ts';
import type { StoreProblem } from './store-problem.ts';
import type { ArchiveUnit, Leaves, StoredPosition } from './store-rows.ts';

/** A file and the rows to add to it in one transaction. */
export interface FileBatch {
  readonly spec: FileSpec;
  readonly batch: RowBatch;
  /** What it rolls from now on. */
  readonly archiveUnit: ArchiveUnit | undefined;
}

/** What the worker is started with. */
export interface WorkerSettings {
  readonly maxOpenFiles: number;
  readonly spillDir: string;
  readonly givesWay: boolean;
}

/** What the main thread asks of the worker; answered in order, one answer each. */
export type StoreRequest =
  | { readonly type: 'open'; readonly spec: FileSpec }
  /** `letsGo`: files take turns, so that one that is written makes room for the next. */
  | { readonly type: 'write'; readonly files: readonly FileBatch[]; readonly letsGo: boolean }
  | { readonly type: 'release'; readonly spec: FileSpec; readonly leaves: Leaves }
  | { readonly type: 'close' };

/** What came of one file's rows; a batch that was not stored comes home. */
export type WriteOutcome =
  | { readonly ok: true; readonly stored: StoredPosition; readonly commitMs: number }
  | { readonly ok: false; readonly problem: StoreProblem; readonly batch: RowBatch };

export type StoreAnswer =
  | {
      readonly type: 'opened';
      readonly stored: StoredPosition;
      /** Where the unreadable file lies now that a new one replaces; null as a rule. */
      readonly setAsideAs: string | null;
      readonly openFiles: number;
    }
  | { readonly type: 'refused'; readonly problem: StoreProblem }
  /** Outcomes in the order of the request's files. */
  | {
      readonly type: 'written';
      readonly outcomes: readonly WriteOutcome[];
      /** How long it took, without what it waited for other requests. */
      readonly tookMs: number;
      /** What kept a closed day or hour from the archive since the last answer. */
      readonly rollProblem: StoreProblem | null;
      readonly openFiles: number;
      readonly checkpoints: number;
    }
  | { readonly type: 'released'; readonly openFiles: number }
  | { readonly type: 'closed' };
