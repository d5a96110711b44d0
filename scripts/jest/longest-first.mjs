// Two workers end together when the long suites begin first, and lose no time when one of them computes
// while the other waits for processes, disks and clocks. A fresh clone has no durations to go by, so the
// names tell, with about how many seconds each takes.
const WAITING = [
  ['test/chaos/', 150],
  ['acceptance/bad-input', 40],
  ['acceptance/steering', 30],
  ['tickstore/src/crash', 30],
  ['acceptance/', 15],
  ['runtime/src/run-process', 15],
  ['', 3],
];
const COMPUTING = [
  ['simulation/hostile-venue', 50],
  ['simulation/storm/storm-', 35],
  ['simulation/kill-and-restore', 30],
  ['backtest/src/run-backtest', 25],
  ['contracts/src/codecs', 15],
  ['test/simulation/', 5],
  ['test/tidy/', 5],
  ['', 1],
];

const isWaiting = ({ path }) => path.includes('.int.test.');

/** Returns suites with their seconds, the longest first. */
function laneOf(tests, names) {
  const placeOf = ({ path }) => names.findIndex(([part]) => path.includes(part));
  return tests
    .map((test) => ({ test, place: placeOf(test) }))
    .sort((a, b) => a.place - b.place || (a.test.path < b.test.path ? -1 : 1))
    .map(({ test, place }) => ({ test, seconds: names[place][1] }));
}

/** The order in which Jest runs the suites; the rest of what Jest asks of a sequencer keeps nothing. */
export default class LongestFirst {
  sort(tests) {
    const waiting = laneOf(tests.filter(isWaiting), WAITING);
    const computing = laneOf(
      tests.filter((test) => !isWaiting(test)),
      COMPUTING,
    );
    // A worker that has ended its suite takes the next one: of its own kind, if the guess is right.
    const sorted = [];
    for (let aheadS = 0; sorted.length < tests.length; ) {
      const isNextWaiting = computing.length === 0 || (waiting.length > 0 && aheadS <= 0);
      const { test, seconds } = (isNextWaiting ? waiting : computing).shift();
      aheadS += isNextWaiting ? seconds : -seconds;
      sorted.push(test);
    }
    return sorted;
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
