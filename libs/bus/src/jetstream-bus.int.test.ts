import { NatsFixture } from '@algo/testkit';
import { busContract, CONTRACT_DURABLES } from './bus-contract.ts';

busContract(async () => NatsFixture.start({ durables: CONTRACT_DURABLES }));
