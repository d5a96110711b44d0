import { NatsFixture } from '@algo/testkit';
import { busContract, CONTRACT_DURABLES } from './testing/bus-contract.ts';

busContract(async () => NatsFixture.start({ durables: CONTRACT_DURABLES }));
