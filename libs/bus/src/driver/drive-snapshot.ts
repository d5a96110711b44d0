import type { StreamName } from '@algo/contracts';
import { fromPlain, InputError, type Plain, toPlain } from '@algo/model';
import type { InputOrderState } from '../input-order.ts';
import type { StreamLanesState } from '../lanes.ts';
import type { OwnLanesState } from './own-words.ts';
import type { OpenRequest } from './request-desk.ts';

const VERSION = 1;

/** What a driver must know to go on from a snapshot, beside the machine's own state. */
export interface DriveSnapshot {
  readonly version: typeof VERSION;
  readonly identity: string;
  readonly order: InputOrderState;
  /** Of each stream it reads: after which sequence it goes on, and how far the lanes were read there. */
  readonly read: Readonly<
    Partial<Record<StreamName, { readonly after: number; readonly lanes: StreamLanesState }>>
  >;
  readonly own: OwnLanesState;
  /** Number of the last record of the own log that was taken. */
  readonly log: number;
  /** How many requests were made over all lives, and which of them have not come to their end. */
  readonly requests: number;
  readonly open: readonly OpenRequest<unknown>[];
}

/** Returns a snapshot's head: a line of JSON, behind which the machine's bytes stand. */
export function headOf(snapshot: Omit<DriveSnapshot, 'version'>): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(toPlain({ version: VERSION, ...snapshot }))}\n`);
}

/** Returns what a snapshot holds. *Errors*: InputError on one of another layout or another process. */
export function unpack(saved: Uint8Array, identity: string): { head: DriveSnapshot; state: Uint8Array } {
  const cut = saved.indexOf(10);
  const refuse = (field: string, value: unknown, because: string) =>
    new InputError({
      ...{ field, value, because },
      remedy: 'Use a fresh data directory, or start what wrote it.',
    });
  const head = readHead(saved.subarray(0, Math.max(0, cut)));
  if (head?.version !== VERSION)
    throw refuse('snapshot version', head?.version, `this build reads version ${VERSION}`);
  if (head.identity !== identity)
    throw refuse('snapshot identity', head.identity, `this process is ${identity}`);
  return { head, state: saved.subarray(cut + 1) };
}

/** Returns how many inputs a snapshot holds; 0 where it isn't one. */
export function takenIn(saved: Uint8Array): number {
  return readHead(saved.subarray(0, Math.max(0, saved.indexOf(10))))?.order?.taken ?? 0;
}

/** Anything that isn't ours has no version. */
function readHead(bytes: Uint8Array): DriveSnapshot | undefined {
  try {
    return fromPlain<DriveSnapshot>(JSON.parse(new TextDecoder().decode(bytes)) as Plain);
  } catch {
    return undefined;
  }
}
