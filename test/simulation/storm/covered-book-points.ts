import type { CoveredPoint } from './covered-point.ts';

const EXECUTION = 'services/execution/src';
const RISK = 'services/position-risk/src/domain';

/** Of the books, and of what fills up with time. */
export const BOOK_POINTS: readonly CoveredPoint[] = [
  {
    point: 'beyond a hand',
    fault: 'An exit and a person close the same, coins are lent, and nobody leaves the short.',
    right: 'What our own exit opened is ours: it is booked, said, left at once, and entries are shut there.',
    tests: [
      {
        file: `${EXECUTION}/domain/overshot.test.ts`,
        name: 'a close by hand heard behind our own exit has left us short: booked, said, entries shut',
      },
      {
        file: 'services/reconcile/src/domain/overshot.test.ts',
        name: 'what somebody sold of ours before our exit sold it again is fetched, and entries wait for it',
      },
      {
        file: `${RISK}/exit-overshot.test.ts`,
        name: 'what somebody else closed before our exit did opens a position nobody wants, which is closed',
      },
      {
        file: 'test/simulation/storm/pinned.test.ts',
        name: 'a person and our exit close the same, and what is sold beyond is left at once',
      },
    ],
  },
  {
    point: 'told on no disk',
    fault: 'What is told outside rests on inputs whose order no disk has: the next life knows of none of it.',
    right: 'The driver writes the order of inputs down before anything leaves, for every service.',
    tests: [
      {
        file: 'libs/bus/src/driver/requests.test.ts',
        name: 'what is told waits until the order of inputs behind it is on disk; a question does not',
      },
      {
        file: 'libs/bus/src/driver/requests.test.ts',
        name: 'what was told outside is so in the next life: it takes the same inputs in the same order',
      },
    ],
  },
  {
    point: 3,
    fault: 'Findings of reconciliation are carried out by nobody.',
    right: 'One fact corrects all books, or the instrument is shut until a person settles it.',
    tests: [
      {
        file: `${EXECUTION}/domain/corrections.test.ts`,
        name: 'what is gone leaves the books when it was found twice, far enough apart, and not before',
      },
      {
        file: `${EXECUTION}/domain/found-again.test.ts`,
        name: 'with ingest dead what is gone is found again by the clock of the venue, and leaves the books',
      },
      {
        file: `${EXECUTION}/domain/found-again.test.ts`,
        name: 'through a silence a replica that stands still says one thing for ever, and takes nothing',
      },
      {
        file: 'test/simulation/storm/pinned.test.ts',
        name: 'seed 239: two answers of one moment, through a silence, take nothing out of the books',
      },
      {
        file: `${EXECUTION}/domain/corrections.test.ts`,
        name: 'nothing is concluded while an order is on its way, nor from a book that has changed since',
      },
      {
        file: 'services/reconcile/src/domain/positions-difference.test.ts',
        name: 'who closes ours and buys on has closed ours: each comparison says the same of it',
      },
      {
        file: `${EXECUTION}/domain/corrections.test.ts`,
        name: 'what fills of the venue explain is corrected at once, but by no books older than ours',
      },
      {
        file: 'services/reconcile/src/domain/reconcile.test.ts',
        name: 'once all has been done that is to be done, nothing differs and nothing is shut',
      },
    ],
  },
  {
    point: 9,
    fault: 'One refusal closes the exits of the whole account.',
    right: 'A comparison judges each instrument; exits of what the venue holds pass.',
    tests: [
      {
        file: `${EXECUTION}/domain/shut-instrument.test.ts`,
        name: 'an exit of what the venue holds passes beside it; what it does not hold is not sold',
      },
    ],
  },
  {
    point: 10,
    fault: 'After weeks the engine can’t be restarted: each comparison reads all that ever happened.',
    right: 'Our books are kept with their place in the streams; only what came behind is read.',
    tests: [
      {
        file: 'services/reconcile/src/adapters/own-books.int.test.ts',
        name: 'a process that ends keeps its books: the next reads only the rest, and believes the same',
      },
      {
        file: 'services/reconcile/src/adapters/comparison.test.ts',
        name: 'without the stream’s first messages and a checkpoint nothing is concluded',
      },
    ],
  },
  {
    point: 11,
    fault: 'A comparison that failed in silence counts as a pass.',
    right: 'A pass names the question that it answers.',
    tests: [
      {
        file: `${EXECUTION}/domain/gate-keeper.test.ts`,
        name: 'only the answer to the last question of this epoch opens',
      },
      {
        file: `${EXECUTION}/domain/gate-keeper.test.ts`,
        name: 'silence is asked again after 10 s and a pause, and a late answer to the last question counts',
      },
    ],
  },
  {
    point: 15,
    fault: 'Fees in a third asset eat another position.',
    right: 'They come from what lies beside, then from the position; without a price they are shown.',
    tests: [
      {
        file: `${EXECUTION}/domain/spent-coins.test.ts`,
        name: 'what an order of another instrument receives lies beside the position',
      },
      {
        file: `${EXECUTION}/domain/spent-coins.test.ts`,
        name: 'where an account may be short, coins are lent and no position is touched',
      },
      {
        file: `${RISK}/equity-guard.test.ts`,
        name: 'a fee in an asset that has not traded yet is shown, not zero, and valued once it has',
      },
    ],
  },
  {
    point: 18,
    fault: 'Dust becomes a holding that nobody knows of.',
    right: 'It stays in all books, counts in equity, and is sold at the price at which it becomes enough.',
    tests: [
      {
        file: `${RISK}/dust.test.ts`,
        name: 'whatever fills come, position and dust together are what they add up to, and so is the money',
      },
      {
        file: `${RISK}/dust.test.ts`,
        name: 'dust is sold at the price at which it becomes enough, as a position of its strategy',
      },
      {
        file: 'libs/model/src/dust.test.ts',
        name: 'dust is exactly what no order on the step, within what is held, could close',
      },
    ],
  },
  {
    point: 19,
    fault: 'A passing trouble is taken for a wrong configuration, and stops everything.',
    right: 'What may pass is tried again; only one that guards money and insists on 78 ends the engine.',
    tests: [
      {
        file: 'libs/cli/src/supervisor/end-of-engine.test.ts',
        name: '%s guards no money: its 78 never ends those that do',
      },
      {
        file: 'libs/cli/src/supervisor/end-of-engine.test.ts',
        name: 'a failure is no wrong configuration, however often it comes, and takes back what was said',
      },
    ],
  },
  {
    point: 20,
    fault: 'Refusals fill a stream until it takes nothing more.',
    right: 'They are sampled by a budget over all instruments.',
    tests: [
      {
        file: 'services/decision/src/refusal-budget.test.ts',
        name: 'a month of 1,000 instruments that are always refused fits the stream',
      },
    ],
  },
  {
    point: 22,
    fault: 'The breaker’s day never ends.',
    right: 'The day is the account’s, the highest equity counts too, deposits and withdrawals don’t.',
    tests: [
      {
        file: `${RISK}/drawdown-day.test.ts`,
        name: 'a day begins on the grid, with the equity from before the first print in it',
      },
      {
        file: `${RISK}/drawdown-day.test.ts`,
        name: 'small losses of many days reach the breaker from the highest equity',
      },
      {
        file: `${RISK}/cash.test.ts`,
        name: 'no deposit and no withdrawal that leaves something changes a level',
      },
    ],
  },
  {
    point: 'months',
    fault: 'Each day leaves something behind, until nothing can start.',
    right: 'What is kept of the past has a bound in each service, whatever day it is.',
    tests: [
      {
        file: 'test/simulation/months/months.test.ts',
        name: 'a second day leaves nothing behind but the orders and signals of it',
      },
    ],
  },
  {
    point: 'portfolio',
    fault: 'Each position has its own stop, and nobody looks at all of them together.',
    right: 'Health, leaders and flow are rules of one file; each acts once, and says with which numbers.',
    tests: [
      {
        file: `${RISK}/portfolio/portfolio-desk.test.ts`,
        name: 'with half of what a day may lose lost, entries stop, and pass again when it is better',
      },
      {
        file: `${RISK}/portfolio/portfolio-desk.test.ts`,
        name: 'a long that moves as BTC does is left when BTC falls, with the numbers of it',
      },
      {
        file: `${RISK}/portfolio/portfolio-desk.test.ts`,
        name: 'three minutes that sell leave a long once, with the numbers of it',
      },
    ],
  },
  {
    point: 'night',
    fault: 'What a silent service said last is shown as if it were so now.',
    right: 'Screens name who is silent and what is not done meanwhile; a halt needs execution alone.',
    tests: [
      {
        file: 'libs/cli/src/commands/control.int.test.ts',
        name: 'what a silent service said last is not told as if it were so now',
      },
      {
        file: 'libs/cli/src/commands/control.int.test.ts',
        name: 'a halt that execution keeps already is one, though nobody else confirms it',
      },
    ],
  },
  {
    point: 'told late',
    fault: 'A comparison books what somebody closed, and his fill, told later, takes it again.',
    right: 'What others did up to a correction is in it; a rejected stop has the books compared at once.',
    tests: [
      {
        file: `${EXECUTION}/domain/corrections.test.ts`,
        name: 'what others did up to a comparison is in what it corrected, however late it is told',
      },
      {
        file: `${EXECUTION}/domain/protection.test.ts`,
        name: 'a stop that the venue rejects has the books compared soon: it may hold something else',
      },
    ],
  },
  {
    point: 'full disk',
    fault: 'A disk without room ends the supervisor, or leaves a server that stores nothing for good.',
    right: 'It is said once with its directory, tried again, and the server begins anew once there is room.',
    tests: [
      {
        file: 'libs/cli/src/supervisor/kept-engine-file.int.test.ts',
        name: 'a directory that takes nothing ends nobody: it is said once, and tried again',
      },
      {
        file: 'libs/cli/src/supervisor/store-restart.test.ts',
        name: 'a server that has stopped storing is ended once there is room; one that stores is let be',
      },
      {
        file: 'libs/cli/src/engine/disk-room.test.ts',
        name: 'a disk without room is told with its directory and what to do; one with room is not',
      },
    ],
  },
];
