import { InputError } from '@algo/model';
import type { ServerInfo } from '@nats-io/transport-node';

/** The oldest server that has what the engine relies on. */
export const SERVER_MIN = [2, 12, 0] as const;
/**
 * They find keys of a bucket no more once they have been started again, though they have them (pull request
 * 8254 of nats-server): a process then has no snapshot, no lease, no configuration, or half of one.
 */
const FORGETFUL: ReadonlySet<string> = new Set(['2.12.7', '2.12.8', '2.12.9']);

/** Checks what a server says of itself. *Errors*: InputError when it is too old or has no JetStream. */
export function checkServer(info: ServerInfo | undefined, where: string): void {
  checkVersion(info?.version ?? '0', where);
  if (info?.jetstream !== true)
    throw new InputError({
      field: `nats-server at ${where}`,
      value: info?.server_name ?? '',
      because: 'runs without JetStream, so it stores nothing',
      remedy: 'Give its configuration a jetstream block (or start it with -js).',
    });
}

function checkVersion(version: string, where: string): void {
  if (FORGETFUL.has(version))
    throw new InputError({
      field: `nats-server at ${where}`,
      value: version,
      because: 'it loses keys of buckets when it is started again: a fault of 2.12.7 to 2.12.9',
      remedy: 'Upgrade nats-server to 2.14 or newer, or to 2.12.10.',
    });
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (let i = 0; i < SERVER_MIN.length; i++) {
    const have = parts[i] ?? 0;
    if (have > SERVER_MIN[i]!) return;
    if (have < SERVER_MIN[i]!)
      throw new InputError({
        field: `nats-server at ${where}`,
        value: version,
        because: `too old: the engine needs ${SERVER_MIN.join('.')} or newer`,
        remedy: 'Upgrade nats-server, or unset NATS_SERVER_BIN to use the pinned one.',
      });
  }
}
