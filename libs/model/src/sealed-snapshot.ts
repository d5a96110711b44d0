import { InputError } from './input-error.ts';
import { fromPlain, type Plain, toPlain } from './plain.ts';

const utf8 = new TextEncoder();

/**
 * Returns a state as bytes that say whose it is and of which layout. *Shape*: JSON of owner, version and the
 * state as `toPlain` spells it. *Errors*: InputError on a state that `toPlain` refuses.
 */
export function sealSnapshot(owner: string, version: number, state: unknown): Uint8Array<ArrayBuffer> {
  return utf8.encode(JSON.stringify({ owner, version, state: toPlain(state) }));
}

/**
 * Returns the state that was sealed for this owner in this version. *Errors*: InputError on another owner's,
 * another version, or bytes that are no sealed snapshot.
 */
export function openSnapshot<State>(owner: string, version: number, bytes: Uint8Array): State {
  const sealed = readSealed(bytes);
  if (sealed?.owner === owner && sealed.version === version) return fromPlain<State>(sealed.state);
  throw new InputError({
    field: 'snapshot',
    value:
      sealed === null
        ? `${bytes.length} bytes that are no snapshot`
        : `version ${sealed.version} of ${sealed.owner}`,
    because: `this build reads version ${version} of ${owner}`,
    remedy:
      sealed === null || sealed.owner === owner
        ? 'Start the build that wrote it, or use a fresh data directory.'
        : 'Give each owner a snapshot of its own, or use a fresh data directory.',
  });
}

function readSealed(bytes: Uint8Array): { owner: string; version: number; state: Plain } | null {
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  if (typeof read !== 'object' || read === null) return null;
  if (!('owner' in read && 'version' in read && 'state' in read)) return null;
  const { owner, version, state } = read;
  if (typeof owner !== 'string' || typeof version !== 'number') return null;
  return { owner, version, state: state as Plain };
}
