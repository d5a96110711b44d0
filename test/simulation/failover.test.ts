// Our own connections die in the middle of a run, with an order of which nobody knows what became: the real
// ccxt is behind them, over the real stand-in on the loopback.
import { expect, test } from 'vitest';
import { type AskedBy, SpotLife } from './spot-life.ts';

const LOOK_UP = 'GET /api/v3/order';
const isWrite = ({ endpoint }: AskedBy) => /^(POST|DELETE) \/api\/v3\/order/.test(endpoint);

test('the order in doubt is asked for by ccxt, and the position is guarded and left by it', async () => {
  const { asked, wrong } = await SpotLife.playOnTwoWays();
  expect(wrong).toEqual([]);
  const writes = asked.filter(isWrite);
  expect(writes[0]).toEqual({ endpoint: 'POST /api/v3/order', way: 'direct' });
  // All that came behind it came by the other way: a stop, its moves, an exit in its place.
  expect(writes.length).toBeGreaterThan(2);
  expect(new Set(writes.slice(1).map(({ way }) => way))).toEqual(new Set(['ccxt']));
  const found = asked.findIndex(({ endpoint, way }) => endpoint === LOOK_UP && way === 'ccxt');
  expect(found).toBeGreaterThan(asked.findIndex(isWrite));
  expect(asked.findIndex((one) => isWrite(one) && one.way === 'ccxt')).toBeGreaterThan(found);
}, 120_000);
