import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysDir } from './config.ts';

/** Keys in a folder for each user, of which each container is given its own alone. */
export class FolderKeys {
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
    put(join(keysDir, 'nats', 'users.conf'), users, 0o444);
  }
}

/** Whole or not at all: whoever is killed here must not leave half a key. */
function put(path, text, mode) {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode });
  renameSync(fresh, path);
}
