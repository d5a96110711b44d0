import { expect, test } from 'vitest';
import { countsOf, type EngineFrame, grouped, renderTable, type ServiceRow } from './status-table.ts';

const row = (change: Partial<ServiceRow>): ServiceRow => ({
  instance: 'ingest.synthetic',
  state: 'running',
  pid: 42,
  restarts: 0,
  rssBytes: 100 * 1_048_576,
  counters: { accepted: 12_345, tradesPerSecond: 99.96, taken: 7 },
  note: '',
  ...change,
});
const frame = (services: ServiceRow[]): EngineFrame => ({
  title: 'algo',
  services,
  totals: { trades: '12 345', equity: '100000' },
  lastEvent: 'order filled',
  notes: [],
});

test('a service shows its known counters by their names and no others', () => {
  expect(countsOf(row({}))).toBe('trades 12 345, trades/s 100');
});

test('a service that the table does not know shows all it counts', () => {
  expect(countsOf(row({ instance: 'newcomer.main', counters: { things: 3 } }))).toBe('things 3');
});

test('the reason for not being ready stands behind the counts', () => {
  expect(countsOf(row({ counters: { accepted: 1 }, note: 'nats: disconnected' }))).toBe(
    'trades 1  nats: disconnected',
  );
});

test('columns are aligned under their headings', () => {
  const services = [
    row({}),
    row({ instance: 'position-risk.paper-main', pid: null, rssBytes: 0, restarts: 12, counters: {} }),
  ];
  const [, headings, first, second] = renderTable(frame(services), { columns: 200, color: false });
  const end = (line: string | undefined, text: string) => line!.indexOf(text) + text.length;
  expect(end(first, '100 MB')).toBe(end(headings, 'memory'));
  expect(first!.indexOf('running')).toBe(headings!.indexOf('state'));
  expect(end(second, '12')).toBe(end(headings, 'restarts'));
});

test('no line is wider than the terminal', () => {
  const lines = renderTable(frame([row({})]), { columns: 30, color: false });
  expect(lines.every((line) => line.length <= 30)).toBe(true);
  expect(lines[2]!.endsWith('…')).toBe(true);
});

test('without colour there are no escape sequences, with colour a restart stands out', () => {
  const restarting = [row({ state: 'restarting in 400 ms' })];
  expect(renderTable(frame(restarting), { columns: 200, color: false }).join('')).not.toContain('\u001b');
  expect(renderTable(frame(restarting), { columns: 200, color: true })[2]).toContain('\u001b[31m');
});

test.each([
  [0, '0'],
  [12.34, '12.3'],
  [1_234.5, '1 235'],
  [1_234_567, '1 234 567'],
  [-1_234, '-1 234'],
])('%d is shown as %s', (value, text) => {
  expect(grouped(value)).toBe(text);
});
