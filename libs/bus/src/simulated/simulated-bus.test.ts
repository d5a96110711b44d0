import { busContract } from '../testing/bus-contract.ts';
import { SimulatedServer } from './simulated-bus.ts';
import { VirtualClock } from './virtual-clock.ts';

busContract(async () => {
  const server = new SimulatedServer(new VirtualClock());
  return { bus: async (identity) => server.bus(identity), async [Symbol.asyncDispose]() {} };
});
