import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from '@algo/model';
import type { Registry } from 'prom-client';

/** Imported as a module, it would bring Node's whole `fetch` with it: a tenth of what a start costs. */
const { createServer } = process.getBuiltinModule('node:http');

/** Why a process isn't ready; empty when it is. */
export type Readiness = () => readonly string[];

/** `/healthz`, `/readyz` and `/metrics` of one process. */
export class HealthServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #service: string;
  readonly #readiness: Readiness[] = [];
  readonly #texts: (() => string)[] = [];
  #metrics: Promise<Registry> | undefined;

  private constructor(server: Server, service: string) {
    this.#server = server;
    this.#service = service;
  }

  static async listen(host: string, port: number, service: string): Promise<HealthServer> {
    const server = createServer();
    const health = new HealthServer(server, service);
    server.on('request', (request, response) => {
      const answer = (status: number, body: string, type = 'text/plain') =>
        response.writeHead(status, { 'content-type': type }).end(body);
      if (request.url === '/healthz') return answer(200, 'ok\n');
      if (request.url === '/readyz') {
        const reasons = health.reasons();
        return reasons.length === 0 ? answer(200, 'ready\n') : answer(503, `${reasons.join('\n')}\n`);
      }
      if (request.url === '/metrics')
        return health
          .metrics()
          .then(async (metrics) => answer(200, await health.#shown(metrics), metrics.contentType))
          .catch((error: unknown) => answer(500, `${(error as Error).message}\n`));
      return answer(404, 'try /healthz, /readyz or /metrics\n');
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          new InputError({
            field: 'ALGO_HTTP_PORT',
            value: `${host}:${port}`,
            because: cause.code === 'EADDRINUSE' ? 'already in use' : cause.message,
            remedy: 'Stop what listens there, or set another port (0 picks a free one).',
            isPassing: cause.code === 'EADDRINUSE',
          }),
        ),
      );
      server.listen(port, host, resolve);
    });
    return health;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What `/metrics` shows; counted from the first asking on, since many processes are never asked. */
  metrics(): Promise<Registry> {
    this.#metrics ??= startMetrics(this.#service);
    return this.#metrics;
  }

  addReadiness(check: Readiness): void {
    this.#readiness.push(check);
  }

  /** Adds a text in Prometheus' form to what `/metrics` shows. */
  addMetrics(text: () => string): void {
    this.#texts.push(text);
  }

  async #shown(metrics: Registry): Promise<string> {
    return `${await metrics.metrics()}${this.#texts.map((text) => text()).join('')}`;
  }

  reasons(): string[] {
    return this.#readiness.flatMap((check) => check());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The event loop's delay is sampled every 10 ms; before the first sample the least reads as 292 years. */
const FIRST_SAMPLES_MS = 50;

async function startMetrics(service: string): Promise<Registry> {
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const metrics = new Registry();
  metrics.setDefaultLabels({ service });
  collectDefaultMetrics({ register: metrics });
  await new Promise((resolve) => setTimeout(resolve, FIRST_SAMPLES_MS));
  return metrics;
}
