import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CertificateFiles,
  certificateFiles,
  makeServerCertificate,
  newUserKey,
  publicKeyOf,
  writeCertificate,
} from '@algo/bus';
import { type BusUser, renderNatsAccounts, USERS } from '@algo/contracts';
import { type EnginePlan, processesOf } from '@algo/runtime';

/** How a server is guarded: not at all, by users' keys, or by keys and encryption. */
export const GUARDS = ['open', 'users', 'users and TLS'] as const;
export type Guard = (typeof GUARDS)[number];

/** Users with keys and a certificate as `algo up --tls` makes them, in the folder of a bench. */
export class BenchGuard {
  readonly guard: Guard;
  readonly authorization: string;
  readonly certificate: CertificateFiles;
  readonly #dir: string;
  readonly #seeds: ReadonlyMap<string, string>;

  private constructor(guard: Guard, dir: string, plan: EnginePlan) {
    this.guard = guard;
    this.#dir = dir;
    this.certificate = certificateFiles(join(dir, 'tls'));
    const users: readonly BusUser[] = ['provisioner', ...USERS];
    this.#seeds = new Map(users.map((user) => [user, newUserKey().seed]));
    this.authorization = renderNatsAccounts(processesOf(plan), (user) => publicKeyOf(this.#seeds.get(user)!));
  }

  static async make(guard: Guard, dir: string, plan: EnginePlan): Promise<BenchGuard> {
    const made = new BenchGuard(guard, dir, plan);
    mkdirSync(dir, { recursive: true });
    for (const [user, seed] of made.#seeds) writeFileSync(made.#keyFile(user), seed, { mode: 0o400 });
    writeCertificate(join(dir, 'tls'), await makeServerCertificate(['127.0.0.1'], Date.now()));
    return made;
  }

  /** What the server is started with. */
  get ofServer() {
    return {
      ...(this.guard === 'open' ? {} : { authorization: this.authorization }),
      ...(this.guard === 'users and TLS' ? { certificate: this.certificate } : {}),
    };
  }

  /** What a client of this identity connects with: the key of the user that it begins with. */
  ofClient(identity: string) {
    const keySeed = this.#seeds.get(identity.split('.')[0]!);
    const { caFile } = this.certificate;
    return {
      ...(this.guard === 'open' || keySeed === undefined ? {} : { keySeed }),
      ...(this.guard === 'users and TLS' ? { tls: { caFile } } : {}),
    };
  }

  /** The same for a process. */
  ofProcess(identity: string): Readonly<Record<string, string>> {
    return {
      ...(this.guard === 'open' ? {} : { ALGO_NATS_KEY_FILE: this.#keyFile(identity.split('.')[0]!) }),
      ...(this.guard === 'users and TLS' ? { ALGO_NATS_CA_FILE: this.certificate.caFile } : {}),
    };
  }

  #keyFile(user: string): string {
    return join(this.#dir, `${user}.nk`);
  }
}
