// Two workers end together when the long suites begin first. A fresh clone has no durations to go by, so
// the names tell: the kill run, which mostly waits for its market; beside it the long ones of one thread, so
// that it has a processor for itself; the other runs of the whole engine; those on real servers and files;
// then the rest.
const LONGEST = [
  ...['test/chaos/', 'simulation/storm/', 'simulation/hostile-venue', 'simulation/kill-and-restore'],
  ...['backtest/src/run-backtest', 'contracts/src/codecs', 'driver/requests'],
  ...['acceptance/bad-input', 'acceptance/', 'tickstore/src/crash', 'runtime/src/run-process'],
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
