// Workers end together when the long suites begin first, and two cores are busy when suites that wait for
// disks and clocks run beside those that compute. A fresh clone has no durations to go by, so the names tell,
// with about how many seconds each takes of a machine that has much to do.
const ENGINES = [
  ['test/chaos/', 100],
  ['acceptance/shards-move', 45],
  ['acceptance/registry', 40],
  ['acceptance/live-usdm', 40],
  ['acceptance/live.int', 35],
  ['acceptance/bus-tls.int', 35],
  ['acceptance/bad-input', 30],
  ['acceptance/steering', 27],
  ['acceptance/check-config', 20],
  ['tickstore/src/archive', 20],
  ['commands/import', 18],
  ['adapters/refill', 16],
  ['acceptance/warm-start', 16],
  ['tickstore/src/store-files', 12],
  ['acceptance/fresh-start', 12],
  ['acceptance/', 7],
];
const WAITING = [
  ['acceptance/shards-follow', 50],
  ['adapters/audited', 45],
  ['commands/control', 40],
  ['commands/books-commands', 28],
  ['acceptance/feed-', 22],
  ['runtime/src/run-process', 20],
  ['adapters/torture', 20],
  ['commands/record', 18],
  ['acceptance/takeover', 17],
  ['acceptance/live-refusals', 16],
  ['tickstore/src/crash', 15],
  ['bus/src/follower-faults', 13],
  ['adapters/row-storing', 13],
  ['acceptance/bus-tls-in-containers', 13],
  ['acceptance/order-in-doubt', 12],
  ['bus/src/lease.int', 9],
  ['binance/connections-bound', 8],
  ['.int.test.', 2],
];
const COMPUTING = [
  ['storm/storm-usdm', 45],
  ['storm/storm-2', 40],
  ['storm/storm-tools', 30],
  ['simulation/hostile-venue', 18],
  ['simulation/kill-and-restore', 16],
  ['storm/storm-', 15],
  ['contracts/src/codecs', 12],
  ['contracts/src/refusals', 10],
  ['backtest/src/run-backtest', 8],
  ['market-analytics/src/warm-bars', 7],
  ['test/tidy/tidy', 7],
  ['test/simulation/', 3],
  ['', 0.5],
];
/** Each suite is of the first kind that names it more closely than by its place. */
const KINDS = [WAITING, ENGINES, COMPUTING];
/** What each worker is for: one that computes leaves a core to the others. */
export const WORKERS = [ENGINES, ENGINES, WAITING, WAITING, COMPUTING];

const namesIt = (moduleId) => (kind) => kind.findIndex(([part]) => moduleId.includes(part));

function kindOf({ moduleId }) {
  const isNamed = (kind) => {
    const place = namesIt(moduleId)(kind);
    return place >= 0 && place < kind.length - 1;
  };
  return KINDS.find(isNamed) ?? KINDS.find((kind) => namesIt(moduleId)(kind) >= 0);
}

/** Returns suites of one kind with their seconds, the longest first. */
function laneOf(tests, kind) {
  return tests
    .filter((test) => kindOf(test) === kind)
    .map((test) => ({ test, place: namesIt(test.moduleId)(kind) }))
    .sort((a, b) => a.place - b.place || (a.test.moduleId < b.test.moduleId ? -1 : 1))
    .map(({ test, place }) => ({ test, seconds: kind[place][1] }));
}

/** The order in which the suites are run. */
export default class LongestFirst {
  #context;

  constructor(context) {
    this.#context = context;
  }

  sort(tests) {
    const lanes = new Map(KINDS.map((kind) => [kind, laneOf(tests, kind)]));
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
