import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from '@algo/model';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Why a process isn't ready; empty when it is. */
export type Readiness = () => readonly string[];

/** `/healthz`, `/readyz` and `/metrics` of one process. */
export class HealthServer implements AsyncDisposable {
  readonly metrics: Registry;
  readonly #server: Server;
  readonly #readiness: Readiness[] = [];

  private constructor(server: Server, metrics: Registry) {
    this.#server = server;
    this.metrics = metrics;
  }

  static async listen(host: string, port: number, service: string): Promise<HealthServer> {
    const metrics = new Registry();
    metrics.setDefaultLabels({ service });
    collectDefaultMetrics({ register: metrics });
    const server = createServer();
    const health = new HealthServer(server, metrics);
    server.on('request', (request, response) => {
      const answer = (status: number, body: string, type = 'text/plain') =>
        response.writeHead(status, { 'content-type': type }).end(body);
      if (request.url === '/healthz') return answer(200, 'ok\n');
      if (request.url === '/readyz') {
        const reasons = health.reasons();
        return reasons.length === 0 ? answer(200, 'ready\n') : answer(503, `${reasons.join('\n')}\n`);
      }
      if (request.url === '/metrics')
        return metrics.metrics().then(
          (text) => answer(200, text, metrics.contentType),
          (error: unknown) => answer(500, `${(error as Error).message}\n`),
        );
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

  addReadiness(check: Readiness): void {
    this.#readiness.push(check);
  }

  reasons(): string[] {
    return this.#readiness.flatMap((check) => check());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
