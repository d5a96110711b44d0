import { BOOK_POINTS } from './covered-book-points.ts';
import type { CoveredPoint } from './covered-point.ts';
import { SETUP_POINTS } from './covered-setup-points.ts';

const EXECUTION = 'services/execution/src';
const RISK = 'services/position-risk/src/domain';

/** Kept by hand; a test looks whether each of the tests exists. The numbers are those of the first review. */
export const COVERED_POINTS: readonly CoveredPoint[] = [
  {
    point: 1,
    fault: 'A halt or the breaker disarms stops.',
    right:
      'What reduces a position passes every halt; stronger reasons take over exits; a denial is no attempt.',
    tests: [
      {
        file: `${EXECUTION}/domain/order-cancel.test.ts`,
        name: 'a halt cancels entries and binds no exit, whatever its reason',
      },
      {
        file: `${RISK}/exit-chase.test.ts`,
        name: 'a stop takes over an exit for time that waits, at once; a person then takes over the stop',
      },
      {
        file: `${RISK}/exit-chase.test.ts`,
        name: 'an attempt that execution denies is none, and the next command has an id of its own',
      },
    ],
  },
  {
    point: 2,
    fault: 'Silence about an accepted order is never questioned.',
    right: 'Every order under way is asked about on a timer, and missed fills are fetched.',
    tests: [
      {
        file: `${EXECUTION}/domain/order-cancel.test.ts`,
        name: 'silence about an accepted order is questioned every ten seconds, and the answer is believed',
      },
      {
        file: `${EXECUTION}/domain/order-cancel.test.ts`,
        name: 'when the account stream is back, what is open is looked up and missing fills are fetched',
      },
      {
        file: `${EXECUTION}/domain/order-cancel.test.ts`,
        name: 'fills that could not be fetched are asked for until they are, also when no order is open',
      },
      {
        file: 'services/reconcile/src/domain/reconcile.test.ts',
        name: 'whatever was missed while we were down is explained by fills, and passes',
      },
    ],
  },
  {
    point: 4,
    fault: 'The lease excludes nobody, and nothing fences a send.',
    right: 'One holder by monotonic time, looked at again behind the disk; each request carries its epoch.',
    tests: [
      {
        file: 'libs/bus/src/lease.test.ts',
        name: 'whatever happens to servers, answers and holders: one at most is safe, and epochs only grow',
      },
      { file: `${EXECUTION}/adapters/order-wire.test.ts`, name: 'nothing leaves while the lease may end' },
      {
        file: 'libs/simulation/src/paper-fence.test.ts',
        name: 'a write of an older epoch is refused by name once a newer one has been shown',
      },
      { file: 'libs/runtime/src/directory-lock.int.test.ts', name: 'a living process keeps the directory' },
      {
        file: 'test/acceptance/takeover.int.test.ts',
        name: 'what stood still for longer than its lease wakes up replaced: it sends nothing and ends',
      },
    ],
  },
  {
    point: 5,
    fault: 'Entries go out with no position-risk running; a halt needs position-risk alive.',
    right: 'Entries need its fresh word; execution reads people’s halts itself.',
    tests: [
      {
        file: `${EXECUTION}/domain/guard-watch.test.ts`,
        name: 'an entry is denied while position-risk is silent',
      },
      {
        file: 'test/simulation/orders.test.ts',
        name: 'while the guard is dead nothing is entered, and exits pass',
      },
      {
        file: `${EXECUTION}/domain/person-halt.test.ts`,
        name: 'a person’s halt holds at once, with position-risk away; exits pass',
      },
    ],
  },
  {
    point: 6,
    fault: 'Facts said again override newer ones.',
    right: 'Each producer’s lane is taken in its order, and what is repeated counts once.',
    tests: [
      {
        file: 'test/simulation/orders.test.ts',
        name: 'a repeated older "active" behind a newer halt loosens nothing',
      },
      {
        file: 'test/simulation/guard.test.ts',
        name: 'a repeated OrderSubmitted behind the end of its exit brings no second exit',
      },
    ],
  },
  {
    point: 7,
    fault: 'Expired entries are sent after a stall or a restart.',
    right: 'The last look is behind the disk; gates are shut when a life begins.',
    tests: [
      {
        file: `${EXECUTION}/adapters/order-wire.test.ts`,
        name: 'an entry does not leave on the word of a feed that is old by the wall; an exit does',
      },
      {
        file: `${EXECUTION}/adapters/order-wire.test.ts`,
        name: 'an order that an earlier life had not sent is given up: its books have been compared since',
      },
      {
        file: `${EXECUTION}/domain/gate-keeper.test.ts`,
        name: 'only the answer to the last question of this epoch opens',
      },
    ],
  },
  {
    point: 12,
    fault: 'Fills are keyed by their trade id alone.',
    right: 'A fill is named by venue, instrument, order and trade.',
    tests: [
      {
        file: 'libs/model/src/fill-key.test.ts',
        name: 'fills of one trade id are two when their instrument or their order differs',
      },
    ],
  },
  {
    point: 13,
    fault: 'A stored command can kill position-risk for good.',
    right: 'A command that can’t be carried out is answered by a refusal.',
    tests: [
      {
        file: `${RISK}/machine.test.ts`,
        name: 'a command that nobody can carry out is refused, and the guard lives on',
      },
    ],
  },
  {
    point: 14,
    fault: 'One impossible print loses a position or freezes an instrument.',
    right: 'Prints are held to a band and to the receive clock, set aside and told.',
    tests: [
      {
        file: `${RISK}/odd-print.test.ts`,
        name: 'one impossible print fires no stop and no target, ends no position as dust, and is told',
      },
      {
        file: 'libs/model/src/print-band.test.ts',
        name: 'one print that leaps is set aside, whichever way, and the market goes on as it was',
      },
      {
        file: 'services/ingest/src/domain/trade-screen.test.ts',
        name: 'one trade far ahead of its time is set aside; a second shows that time itself leapt',
      },
    ],
  },
  {
    point: 16,
    fault: 'A quarantined instrument stays so for ever.',
    right: 'A person lifts it.',
    tests: [
      {
        file: `${RISK}/trading-halt.test.ts`,
        name: 'a contradiction that execution met stops an instrument’s entries until a person resumes it',
      },
    ],
  },
  {
    point: 17,
    fault:
      'Look-ups carry no times; told time doesn’t reach every machine in silence; a lost log is not missed.',
    right: 'In silence the venue is asked by the wall; a log that is gone stops the start before any send.',
    tests: [
      {
        file: `${EXECUTION}/adapters/order-wire.test.ts`,
        name: 'when no feed tells the time any more, the venue is asked about every open order',
      },
      {
        file: 'libs/bus/src/driver/restore.test.ts',
        name: 'a log that is gone, on which words rest, is told by name before anything is asked',
      },
    ],
  },
  {
    point: 21,
    fault: 'A product of two legal numbers can’t be read again.',
    right: 'Decimals are as long as their product needs.',
    tests: [
      {
        file: 'libs/model/src/decimal.test.ts',
        name: 'every product of two numbers that a venue or chain can give is read again as it was',
      },
    ],
  },
  ...BOOK_POINTS,
  ...SETUP_POINTS,
].toSorted((a, b) => `${a.point}`.localeCompare(`${b.point}`, 'en', { numeric: true }));
