// Two workers end together when the long suites begin first. A fresh clone has no durations to go by, so
// the names tell: the runs of the whole engine, the long pure ones, then those on real servers and files,
// then the rest.
const LONGEST = [
  ...[
    'acceptance/live-kill',
    'acceptance/bad-input',
    'acceptance/',
    'simulation/storm/',
    'simulation/kill-and-restore',
  ],
  ...['backtest/src/run-backtest', 'contracts/src/codecs', 'driver/requests', 'tickstore/src/crash'],
];
const CLASSES = [...LONGEST, '.int.test.ts', 'test/simulation/'];

const classOf = ({ path }) => {
  const index = CLASSES.findIndex((part) => path.includes(part));
  return index < 0 ? CLASSES.length : index;
};

/** The order in which Jest runs the suites; the rest of what Jest asks of a sequencer keeps nothing. */
export default class LongestFirst {
  sort(tests) {
    return [...tests].sort((a, b) => classOf(a) - classOf(b) || (a.path < b.path ? -1 : 1));
  }

  shard(tests, { shardIndex, shardCount }) {
    return [...tests]
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .filter((_, i) => i % shardCount === shardIndex - 1);
  }

  allFailedTests(tests) {
    return [...tests];
  }

  cacheResults() {}
}
