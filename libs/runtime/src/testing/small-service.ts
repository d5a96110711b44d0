import { InputError } from '@algo/model';
import { z } from 'zod';
import { baseConfig } from '../base-config.ts';
import { runProcess } from '../run-process.ts';
import { defineService } from '../service.ts';

/** A service that does what it is told to by ALGO_BEHAVIOUR: the child process of the host's tests. */
const schema = baseConfig.extend({
  behaviour: z.enum(['serve', 'fail', 'fail and hang', 'reject', 'throw', 'refuse', 'finish']),
});

const service = defineService({
  name: 'reconcile',
  config: schema,
  purpose: ({ account }) => account,
  async start(context) {
    const { behaviour } = context.config;
    const closed = Promise.withResolvers<Error | undefined>();
    context.own({
      async [Symbol.asyncDispose]() {
        process.stderr.write('cleaned away\n');
        if (behaviour === 'fail and hang') await new Promise(() => {});
      },
    });
    context.addReadiness(() => ['fixture: never ready']);
    if (behaviour === 'fail' || behaviour === 'fail and hang') closed.resolve(new Error('the engine broke'));
    if (behaviour === 'reject') setImmediate(() => void Promise.reject(new Error('nobody caught this')));
    if (behaviour === 'throw')
      setImmediate(() => {
        throw new Error('nobody expected this');
      });
    if (behaviour === 'refuse')
      closed.resolve(
        new InputError({ field: 'algo-schema', value: '99', because: 'newer than this', remedy: 'Update.' }),
      );
    if (behaviour === 'finish') closed.resolve(undefined);
    return { closed: closed.promise, counters: () => ({ answers: 42 }) };
  },
});

await runProcess(service);
