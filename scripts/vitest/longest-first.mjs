// Workers end together when the long suites begin first, and two cores are busy when three suites wait for
// processes, disks and clocks while a fourth computes. A fresh clone has no durations to go by, so the names
// tell, with about how many seconds each takes.
const WAITING = [
  ['test/chaos/', 150],
  ['acceptance/live.int', 110],
  ['acceptance/live-usdm', 60],
  ['acceptance/registry', 50],
  ['acceptance/shards-', 50],
  ['acceptance/bad-input', 40],
  ['acceptance/steering', 30],
  ['tickstore/src/crash', 30],
  ['acceptance/', 15],
  ['runtime/src/run-process', 15],
  ['', 3],
];
const COMPUTING = [
  ['storm/storm-tools', 3],
  ['ingest/src/adapters/audited', 45],
  ['simulation/storm/storm-', 25],
  ['simulation/kill-and-restore', 25],
  ['backtest/src/run-backtest', 25],
  ['simulation/hostile-venue', 20],
  ['contracts/src/codecs', 15],
  ['test/simulation/', 5],
  ['test/tidy/', 5],
  ['', 1],
];
/** What each worker of vitest.config.mjs is for. */
const WORKERS = [WAITING, WAITING, WAITING, COMPUTING];

const isWaiting = ({ moduleId }) => moduleId.includes('.int.test.');

/** Returns suites with their seconds, the longest first. */
function laneOf(tests, names) {
  const placeOf = ({ moduleId }) => names.findIndex(([part]) => moduleId.includes(part));
  return tests
    .map((test) => ({ test, place: placeOf(test) }))
    .sort((a, b) => a.place - b.place || (a.test.moduleId < b.test.moduleId ? -1 : 1))
    .map(({ test, place }) => ({ test, seconds: names[place][1] }));
}

/** The order in which the suites are run. */
export default class LongestFirst {
  #context;

  constructor(context) {
    this.#context = context;
  }

  sort(tests) {
    const lanes = new Map([
      [WAITING, laneOf(tests.filter(isWaiting), WAITING)],
      [
        COMPUTING,
        laneOf(
          tests.filter((test) => !isWaiting(test)),
          COMPUTING,
        ),
      ],
    ]);
    // A worker that has ended its suite takes the next one: of its own kind, if the guesses are right.
    const workers = WORKERS.map((kind) => ({ kind, freeS: 0 }));
    const sorted = [];
    while (sorted.length < tests.length) {
      const worker = workers.reduce((first, one) => (one.freeS < first.freeS ? one : first));
      const own = lanes.get(worker.kind);
      const lane = own.length > 0 ? own : [...lanes.values()].find((other) => other.length > 0);
      const { test, seconds } = lane.shift();
      worker.freeS += seconds;
      sorted.push(test);
    }
    return sorted;
  }

  shard(tests) {
    const { index, count } = this.#context.config.shard;
    return [...tests]
      .sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1))
      .filter((_, i) => i % count === index - 1);
  }
}
