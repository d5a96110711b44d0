// Loaded before a service: writes at its end which modules it had loaded.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { inherited } from './config.ts';

const urls = new Set<string>();
registerHooks({
  load(url, context, next) {
    urls.add(url);
    return next(url, context);
  },
});
process.on('exit', () => writeFileSync(inherited.BENCH_MODULE_LIST!, [...urls].join('\n')));
