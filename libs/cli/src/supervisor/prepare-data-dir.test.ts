import { expect, test } from 'vitest';
import type { EngineFile } from '../engine/engine-file.ts';
import { refuseOtherPlan } from './prepare-data-dir.ts';
import { parseUpOptions, type RawUpOptions } from './up-options.ts';

const before: EngineFile = {
  ...{ version: '0.1.0', pid: 1, birth: '', running: false, natsUrl: '', natsPort: 1, natsPid: null },
  ...{
    feed: 'synthetic',
    accounts: ['paper-main', 'paper-two'],
    live: {},
    analytics: 2,
    startedMs: 0,
    services: {},
  },
};
const start = (raw: RawUpOptions) => () =>
  refuseOtherPlan(
    'data/x',
    before,
    parseUpOptions(
      raw,
      (path) => path,
      (list) => [list],
    ),
  );

test('what a directory knows may be started again, with further accounts and any number of analytics', () => {
  for (const analytics of ['1', '2', '3'])
    expect(start({ accounts: 'paper-two,paper-main', analytics })).not.toThrow();
  expect(start({ accounts: 'paper-main,paper-two,paper-three' })).not.toThrow();
});

test.each<[string, RawUpOptions, RegExp]>([
  ['another kind of feed', { feed: 'binance' }, /--feed.*holds the history of synthetic/s],
  ['fewer accounts', { analytics: '2' }, /--accounts.*also has paper-two.*paper-main,paper-two/s],
])('%s on the same directory is refused with what to do', (_, raw, says) => {
  expect(start(raw)).toThrow(says);
});
