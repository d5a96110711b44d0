import { describe } from 'vitest';
import { busContract } from '../testing/bus-contract.ts';
import { MemoryBus } from './memory-bus.ts';
import { MemoryServer } from './memory-server.ts';
import { VirtualClock } from './virtual-clock.ts';

describe.each([{ byWire: false }, { byWire: true }])('facts by wire: $byWire', (options) => {
  busContract(async () => {
    const server = new MemoryServer(new VirtualClock(), options);
    return { bus: async (identity) => new MemoryBus(server, identity), async [Symbol.asyncDispose]() {} };
  });
});
