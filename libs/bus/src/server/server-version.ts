import { InputError } from '@algo/model';
import type { ServerInfo } from '@nats-io/transport-node';

/** The oldest server that has what the engine relies on. */
export const SERVER_MIN = [2, 12, 0] as const;

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
