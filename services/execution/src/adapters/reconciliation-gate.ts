import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bus, Clock } from '@algo/bus';
import { codecs, type ReconciliationCompleted, subjects } from '@algo/contracts';
import type { AccountId } from '@algo/model';
import type { Logger } from '@algo/runtime';

/** Reconciliation refused this account; trading must not start. */
export class ReconciliationRefusedError extends Error {
  override readonly name = 'ReconciliationRefusedError';
}

type Environment = Readonly<Record<string, string | undefined>>;

const SCRIPT = fileURLToPath(new URL('../../../reconcile/src/main.ts', import.meta.url));
const JOB_MAX_MS = 60_000;
const TRIES = 5;

/**
 * Gets a fresh reconciliation for this epoch: takes the one
 * that a job before us left for it, or runs the job itself.
 * *Errors*: ReconciliationRefusedError with the job's own words when it doesn't pass.
 */
export class ReconciliationJob {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #account: AccountId;
  readonly #epoch: number;
  readonly #environment: Environment;

  constructor(parts: {
    bus: Bus;
    clock: Clock;
    log: Logger;
    account: AccountId;
    epoch: number;
    environment: Environment;
  }) {
    this.#bus = parts.bus;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#account = parts.account;
    this.#epoch = parts.epoch;
    this.#environment = parts.environment;
  }

  /** Resolves with a pass of this epoch that is still good. */
  async pass(): Promise<ReconciliationCompleted> {
    const startMs = this.#clock.nowMs();
    const left = await this.#latest();
    if (left !== undefined) return left;
    for (let attempt = 1; ; attempt++) {
      const said = await this.#run();
      const passed = await this.#latest();
      if (passed !== undefined) {
        this.#log.info(
          { epoch: this.#epoch, report: passed.reportId, tookMs: this.#clock.nowMs() - startMs },
          'reconciled: trading may start',
        );
        return passed;
      }
      if (attempt >= TRIES)
        throw new ReconciliationRefusedError(
          `epoch ${this.#epoch} of ${this.#account} was not reconciled: ${said}`,
        );
      await this.#clock.sleep(200 * 2 ** attempt);
    }
  }

  /** Runs the job again whatever was left; for the pass beside live trading. */
  async renew(): Promise<ReconciliationCompleted> {
    const said = await this.#run();
    const passed = await this.#latest();
    if (passed === undefined) throw new ReconciliationRefusedError(said);
    return passed;
  }

  async #latest(): Promise<ReconciliationCompleted | undefined> {
    const message = await this.#bus.last('RECONCILIATION', subjects.reconciliation(this.#account));
    if (message === undefined || message.type !== codecs.ReconciliationCompleted.type) return undefined;
    const report = codecs.ReconciliationCompleted.decode(message.data);
    const ageMs = this.#clock.nowMs() - message.timeUs / 1_000;
    return report.epoch === this.#epoch && ageMs <= report.validForMs ? report : undefined;
  }

  /** The job is a process of its own, with this one's environment; its last words come back. */
  #run(): Promise<string> {
    return new Promise((resolve) => {
      const job = spawn(process.execPath, [SCRIPT], {
        env: {
          ...this.#environment,
          ALGO_EPOCH: String(this.#epoch),
          ALGO_WATCH_PARENT: 'true',
          ALGO_HTTP_PORT: '0',
        },
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      let words = '';
      job.stderr.on('data', (chunk: Buffer) => {
        words = (words + chunk.toString()).slice(-2_000);
      });
      const late = setTimeout(() => job.kill('SIGKILL'), JOB_MAX_MS);
      job.once('error', (error) => {
        words += error.message;
      });
      job.once('close', (code) => {
        clearTimeout(late);
        resolve(words.trim() === '' ? `the job ended with ${code}` : words.trim());
      });
    });
  }
}
