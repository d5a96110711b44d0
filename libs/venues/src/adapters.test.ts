// Every adapter is held to the same: what the port promises, at its exchange over its own wire.
import { spotUnderTest } from './binance-spot/testing/spot-under-test.ts';
import { usdmUnderTest } from './binance-usdm/testing/usdm-under-test.ts';
import { paperUnderTest } from './paper/testing/paper-under-test.ts';
import { acceptAdapter } from './testing/adapter-acceptance.ts';

const SHUTS = ['ban', 'maintenance', 'halt'] as const;
const SHARES = [0.91, 0.99, 1] as const;
const CCXT = { primary: 'ccxt' } as const;

acceptAdapter({ name: 'paper', shuts: ['ban', 'maintenance'], shares: [], open: paperUnderTest });
acceptAdapter({ name: 'binance-spot', shuts: SHUTS, shares: SHARES, open: () => spotUnderTest() });
acceptAdapter({ name: 'binance-usdm', shuts: SHUTS, shares: SHARES, open: () => usdmUnderTest() });
acceptAdapter({
  name: 'binance-spot by ccxt',
  shuts: SHUTS,
  shares: SHARES,
  open: () => spotUnderTest(CCXT),
});
acceptAdapter({
  name: 'binance-usdm by ccxt',
  shuts: SHUTS,
  shares: SHARES,
  open: () => usdmUnderTest([], CCXT),
});
