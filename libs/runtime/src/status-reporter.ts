import { type Bus, FactMessage, systemClock } from '@algo/bus';
import type { Fact, FactName, MessageOf, ServiceName } from '@algo/contracts';
import { version } from './config.ts';
import type { HealthServer } from './health-server.ts';
import type { RunningService } from './service.ts';

const STATUS_INTERVAL_MS = 500;

interface Parts {
  readonly service: ServiceName;
  readonly identity: string;
  readonly bus: Bus;
  readonly running: RunningService;
  readonly health: HealthServer;
}

/**
 * Says that a process began, twice a second how it is, and why it ended. By the wall clock: no trade
 * depends on it.
 */
export class StatusReporter implements AsyncDisposable {
  readonly #parts: Parts;
  readonly #startedMs = systemClock.nowMs();
  readonly #timer: NodeJS.Timeout;
  #number = 0;
  #reason = 'told to stop';

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#timer = setInterval(() => {
      // The next one says more.
      if (parts.bus.connection === 'connected') this.#status(false).catch(() => undefined);
    }, STATUS_INTERVAL_MS);
  }

  static async start(parts: Parts): Promise<StatusReporter> {
    const reporter = new StatusReporter(parts);
    await reporter.#life('ServiceStarted', 'started').catch(() => undefined); // its status says that it lives
    return reporter;
  }

  /** Stops the regular words; what ended the process is said last. */
  quiet(reason: string): void {
    clearInterval(this.#timer);
    this.#reason = reason;
  }

  #status(final: boolean): Promise<unknown> {
    const { service, identity, running, health } = this.#parts;
    const nowMs = systemClock.nowMs();
    const reasons = health.reasons();
    return this.#say('ServiceStatus', {
      service,
      instance: identity,
      version,
      pid: process.pid,
      timeUs: nowMs * 1_000,
      ready: reasons.length === 0 && !final,
      counters: {
        rssBytes: process.memoryUsage.rss(),
        uptimeMs: nowMs - this.#startedMs,
        ...running.counters(),
      },
      notes: [...reasons, ...(running.notes?.() ?? []), ...(final ? ['stopped'] : [])],
    });
  }

  #life(name: 'ServiceStarted' | 'ServiceStopped', reason: string): Promise<unknown> {
    const { service, identity } = this.#parts;
    const timeUs = systemClock.nowMs() * 1_000;
    return this.#say(name, { service, instance: identity, version, pid: process.pid, reason, timeUs });
  }

  #say<Name extends FactName>(name: Name, body: MessageOf<Name>): Promise<unknown> {
    const { bus, identity } = this.#parts;
    const id = `${identity}:${this.#startedMs}:${process.pid}:${this.#number++}`;
    return bus.publish(FactMessage.said({ name, body } as Fact, { identity, account: '' }, { id }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    // The bus may be what failed. The status is last: it is what readers find of a process that ended.
    await this.#life('ServiceStopped', this.#reason).catch(() => undefined);
    await this.#status(true).catch(() => undefined);
  }
}
