import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newUserKey, publicKeyOf } from '@algo/bus';
import { type BusUser, renderNatsAccounts, USERS } from '@algo/contracts';
import type { PlannedProcess } from '@algo/runtime';

/** Reading and writing for the owner; then reading alone. */
const [FOLDER_MODE, FILE_MODE] = [0o700, 0o400];
const ALL: readonly BusUser[] = ['provisioner', ...USERS];

/**
 * Who may use the bus of a data directory, by the keys that lie in its folder `keys`: one file a user, which
 * only the owner of the directory can read. So another person on the machine reads nothing and gives no
 * orders; and no process says what is another's to say.
 */
export class BusUsers {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the keys that are missing. */
  static make(dataDir: string): BusUsers {
    const folder = folderOf(dataDir);
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    chmodSync(folder, FOLDER_MODE);
    for (const user of ALL) {
      const file = join(folder, `${user}.nk`);
      if (existsSync(file)) continue;
      // Whole or not at all: a process that is killed here must not leave half a key.
      const fresh = `${file}.new`;
      rmSync(fresh, { force: true });
      writeFileSync(fresh, `${newUserKey().seed}\n`, { mode: FILE_MODE });
      renameSync(fresh, file);
    }
    return new BusUsers(folder);
  }

  /** Returns those of a directory; undefined where its bus knows no users. */
  static of(dataDir: string): BusUsers | undefined {
    const folder = folderOf(dataDir);
    return existsSync(join(folder, 'cli.nk')) ? new BusUsers(folder) : undefined;
  }

  /** Returns the file of a user's key. */
  keyFile(user: BusUser): string {
    return join(this.#folder, `${user}.nk`);
  }

  keySeed(user: BusUser): string {
    return readFileSync(this.keyFile(user), 'utf8').trim();
  }

  /** Returns what nats.conf says of them: nothing of it is secret. */
  authorization(processes: readonly PlannedProcess[]): string {
    return renderNatsAccounts(processes, (user) => publicKeyOf(this.keySeed(user)));
  }
}

function folderOf(dataDir: string): string {
  return join(dataDir, 'keys');
}
