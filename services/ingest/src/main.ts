import { runProcess } from '@algo/runtime';
import { service } from './service.ts';

await runProcess(service);
