import { createServer } from 'node:net';
import { InputError } from '@algo/model';
import { Counter } from 'prom-client';
import { expect, test } from 'vitest';
import { HealthServer } from './health-server.ts';

async function get(health: HealthServer, path: string) {
  const response = await fetch(`http://127.0.0.1:${health.port}${path}`);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

test('it lives as soon as it listens and is ready when nobody objects', async () => {
  await using health = await HealthServer.listen('127.0.0.1', 0, 'decision-0');
  const reasons: string[] = ['nats: disconnected'];
  health.addReadiness(() => reasons);
  health.addReadiness(() => (reasons.length > 0 ? ['books: not caught up'] : []));
  expect(await get(health, '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
  expect(await get(health, '/readyz')).toMatchObject({
    status: 503,
    body: 'nats: disconnected\nbooks: not caught up\n',
  });
  reasons.pop();
  expect(await get(health, '/readyz')).toMatchObject({ status: 200, body: 'ready\n' });
});

test('it shows the metrics of this process, by its name, and what the service adds', async () => {
  await using health = await HealthServer.listen('127.0.0.1', 0, 'decision-0');
  new Counter({ name: 'algo_orders_total', help: 'Orders.', registers: [await health.metrics()] }).inc(3);
  health.addMetrics(() => 'algo_more_total 7\n');
  const { status, type, body } = await get(health, '/metrics');
  expect(status).toBe(200);
  expect(body).toMatch(/\nalgo_more_total 7\n$/);
  expect(type).toContain('text/plain');
  expect(body).toContain('algo_orders_total{service="decision-0"} 3');
  expect(body).toMatch(/^process_resident_memory_bytes\{service="decision-0"\} \d+/m);
});

test('its first word of the event loop is a measured delay', async () => {
  await using health = await HealthServer.listen('127.0.0.1', 0, 'decision-0');
  const { body } = await get(health, '/metrics');
  const least = Number(/^nodejs_eventloop_lag_min_seconds\{.*\} (.*)$/m.exec(body)?.[1]);
  expect(least).toBeGreaterThan(0);
  expect(least).toBeLessThan(30);
});

test('any other path says where to look', async () => {
  await using health = await HealthServer.listen('127.0.0.1', 0, 'decision-0');
  expect(await get(health, '/')).toMatchObject({ status: 404, body: 'try /healthz, /readyz or /metrics\n' });
});

test('a metric that fails is an answer, not a crash', async () => {
  await using health = await HealthServer.listen('127.0.0.1', 0, 'decision-0');
  new Counter({
    name: 'algo_broken_total',
    help: 'Broken.',
    registers: [await health.metrics()],
    collect() {
      throw new Error('no number today');
    },
  });
  expect(await get(health, '/metrics')).toMatchObject({ status: 500, body: 'no number today\n' });
  expect((await get(health, '/healthz')).status).toBe(200);
});

test('a port that is taken is refused with the setting to change', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  const listening = HealthServer.listen('127.0.0.1', port, 'decision-0');
  await expect(listening).rejects.toThrow(InputError);
  await expect(listening).rejects.toThrow(
    `ALGO_HTTP_PORT = "127.0.0.1:${port}": already in use. Stop what listens there, or set another port`,
  );
  await new Promise((resolve) => other.close(resolve));
});

test('two in one process keep their numbers apart', async () => {
  await using first = await HealthServer.listen('127.0.0.1', 0, 'a-0');
  await using second = await HealthServer.listen('127.0.0.1', 0, 'b-0');
  expect((await get(first, '/metrics')).body).not.toContain('service="b-0"');
  expect((await get(second, '/metrics')).body).toContain('service="b-0"');
});
