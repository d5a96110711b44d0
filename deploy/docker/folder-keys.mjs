import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysDir } from './config.ts';

/** Where the server's container finds what lies in its folder of keys. */
const SERVER_DIR = '/etc/nats/users';
const PUBLIC_MODE = 0o444;

/** Keys in a folder for each user, of which each container is given its own alone. */
export class FolderKeys {
  /** Of the server's certificate and its key. */
  certificateDir = join(keysDir, 'nats', 'tls');

  static async open() {
    return new FolderKeys();
  }

  /** Returns the seed of a user's key, made where there is none. */
  async keyOf(user, make) {
    const path = join(keysDir, user, 'key.nk');
    if (!existsSync(path)) put(path, `${make()}\n`, 0o400);
    return readFileSync(path, 'utf8');
  }

  /** Hands the server its list of users: nothing of it is secret. */
  async tellServer(users) {
    put(join(keysDir, 'nats', 'users.conf'), users, PUBLIC_MODE);
  }

  /** Tells the server by which certificate to encrypt, if at all, and each user who vouches for it. */
  tellServerCertificate(files, users) {
    const tls = [
      'tls {',
      `  cert_file: "${SERVER_DIR}/tls/tls.crt"`,
      `  key_file: "${SERVER_DIR}/tls/tls.key"`,
      '  timeout: 10',
      '}',
    ];
    const conf = files === undefined ? '# Not encrypted: ALGO_TLS is not set.' : tls.join('\n');
    put(join(keysDir, 'nats', 'tls.conf'), `${conf}\n`, PUBLIC_MODE);
    if (files === undefined) return;
    const authority = readFileSync(files.caFile, 'utf8');
    for (const user of users) put(join(keysDir, user, 'ca.crt'), authority, PUBLIC_MODE);
  }
}

/** Whole or not at all: whoever is killed here must not leave half a key. */
function put(path, text, mode) {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode });
  renameSync(fresh, path);
}
