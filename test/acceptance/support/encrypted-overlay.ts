import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeServerCertificate, writeCertificate } from '@algo/bus';
import { DEPLOY } from './container-bus.ts';
import { inside, kubectl, NAMESPACE } from './test-cluster.ts';

const ENCRYPTED = 'components: [../../components/tls]\n';
/** As docs/deployment.md has it. */
const HOSTS = ['nats', 'nats-0.nats', 'nats-1.nats', 'nats-2.nats', 'localhost', '127.0.0.1'];

/** The overlay `test` on an encrypted bus, in a copy that a test may change, and the servers' certificate. */
export class EncryptedOverlay implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'algo-overlay-'));
  readonly #overlay = join(this.#folder, 'kubernetes/overlays/test');
  readonly #tls = join(this.#folder, 'bus-tls');
  readonly #plain: string;

  constructor() {
    cpSync(join(DEPLOY, 'kubernetes'), join(this.#folder, 'kubernetes'), { recursive: true });
    this.#plain = readFileSync(join(this.#overlay, 'kustomization.yaml'), 'utf8');
    kubectl(['apply', '-f', join(this.#overlay, 'namespace.yaml')]);
  }

  /** Who vouches for the servers. */
  get caFile(): string {
    return join(this.#tls, 'ca.crt');
  }

  /** Makes a certificate and an authority, and puts both in the place of what the cluster has. */
  async certify(): Promise<void> {
    writeCertificate(this.#tls, await makeServerCertificate(HOSTS, Date.now()));
    const secret = ['create', 'secret', 'generic', 'algo-bus-tls', `--from-file=${this.#tls}`];
    kubectl(['-n', NAMESPACE, 'apply', '-f', '-'], inside(...secret, '--dry-run=client', '-o', 'yaml'));
  }

  /** Lays a copy of who vouches for them now aside, and returns where. */
  keepAuthority(): string {
    const kept = join(this.#folder, 'old.crt');
    copyFileSync(this.caFile, kept);
    return kept;
  }

  /** Applies it as an operator does, with these settings for all services. */
  apply(settings: readonly string[] = []): { readonly status: number | null; readonly said: string } {
    const merged = ['configMapGenerator:', '  - name: algo-engine', '    behavior: merge'].join('\n');
    const more = settings.length === 0 ? '' : `${merged}\n    literals: [${settings.join(', ')}]\n`;
    writeFileSync(join(this.#overlay, 'kustomization.yaml'), `${this.#plain}${ENCRYPTED}${more}`);
    const program = [join(this.#folder, 'kubernetes/apply.sh'), this.#overlay];
    const { status, stdout, stderr } = spawnSync('sh', program, { encoding: 'utf8' });
    return { status, said: `${stdout}${stderr}` };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
