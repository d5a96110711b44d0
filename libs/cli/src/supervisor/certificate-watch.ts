import type { BusCertificates, NatsServerProcess } from '@algo/bus';

const LOOK_MS = 1_000;
const RENEWAL_LOOK_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** From when on a person is told each day that a certificate of theirs ends. */
const TOLD_BEFORE_MS = 14 * DAY_MS;

/**
 * Lets a nats-server read its certificate anew when its files have changed, and renews one that an engine
 * made before it ends. Who is connected stays connected; what no client would take is said, and the server
 * goes on with what it has.
 */
export class CertificateWatch implements Disposable {
  readonly #certificates: BusCertificates;
  readonly #nats: Pick<NatsServerProcess, 'pid' | 'reload'>;
  readonly #say: (line: string) => void;
  readonly #timers: readonly NodeJS.Timeout[];
  #shown: string;
  /** Seen at the last look: files that are being put in place one by one are left alone. */
  #seen: string;
  #toldMs = Number.NEGATIVE_INFINITY;
  #isAtWork = false;

  constructor(
    certificates: BusCertificates,
    nats: Pick<NatsServerProcess, 'pid' | 'reload'>,
    say: (line: string) => void,
    lookMs = LOOK_MS,
  ) {
    this.#certificates = certificates;
    this.#nats = nats;
    this.#say = say;
    this.#shown = certificates.fingerprint();
    this.#seen = this.#shown;
    this.#timers = [
      setInterval(() => void this.#once(() => this.#look()), lookMs),
      setInterval(() => void this.#once(() => this.#renewInTime(Date.now())), RENEWAL_LOOK_MS),
    ];
    void this.#once(() => this.#renewInTime(Date.now()));
  }

  /** One thing at a time; what fails is said, and looked at again when the files have changed. */
  async #once(work: () => Promise<void>): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    try {
      await work();
    } catch (error) {
      this.#say((error as Error).message);
    } finally {
      this.#isAtWork = false;
    }
  }

  async #look(): Promise<void> {
    const before = this.#seen;
    this.#seen = this.#certificates.fingerprint();
    if (this.#seen === this.#shown || this.#seen !== before || this.#nats.pid === undefined) return;
    this.#shown = this.#seen;
    const untilMs = this.#certificates.check(Date.now());
    await this.#nats.reload();
    this.#toldMs = Number.NEGATIVE_INFINITY;
    this.#say(`nats-server shows its new certificate, which is good until ${dayOf(untilMs)}`);
  }

  async #renewInTime(nowMs: number): Promise<void> {
    const untilMs = await this.#certificates.ready(nowMs);
    if (untilMs - nowMs > TOLD_BEFORE_MS || nowMs - this.#toldMs < DAY_MS) return;
    this.#toldMs = nowMs;
    this.#say(`the certificate of nats-server ends on ${dayOf(untilMs)}: put another one in its place`);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
