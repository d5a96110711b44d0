// Every adapter is held to the same: what the port promises, at its exchange over its own wire.
import { spotUnderTest } from './binance-spot/testing/spot-under-test.ts';
import { usdmUnderTest } from './binance-usdm/testing/usdm-under-test.ts';
import { paperUnderTest } from './paper/testing/paper-under-test.ts';
import { acceptAdapter } from './testing/adapter-acceptance.ts';

acceptAdapter({ name: 'paper', shuts: ['ban', 'maintenance'], open: paperUnderTest });
acceptAdapter({ name: 'binance-spot', shuts: ['ban', 'maintenance', 'halt'], open: spotUnderTest });
acceptAdapter({ name: 'binance-usdm', shuts: ['ban', 'maintenance', 'halt'], open: usdmUnderTest });
