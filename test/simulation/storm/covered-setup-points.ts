import type { CoveredPoint } from './covered-point.ts';

const EXECUTION = 'services/execution/src/domain';

/** Of how an account is set up, and of what others do beside us. */
export const SETUP_POINTS: readonly CoveredPoint[] = [
  {
    point: 'coins moved',
    fault: 'What comes by no trade is sold as ours, and what is gone of ours stays in our books.',
    right: 'What comes is not ours, what goes is of that first; what is gone of ours can’t be let be.',
    tests: [
      {
        file: 'services/reconcile/src/domain/coins-moved.test.ts',
        name: 'coins by no trade: %s, with %s beside ours and %s there in all',
      },
      {
        file: `${EXECUTION}/spent-coins.test.ts`,
        name: '%s: where %s of our 10 are there, and coins are lent: %s, ours are %s',
      },
      {
        file: 'test/simulation/storm/pinned.test.ts',
        name: 'what a person took of ours leaves our books, though he lets it be',
      },
    ],
  },
  {
    point: 'setup',
    fault: 'Somebody changes leverage, margin mode or position mode, and nobody notices.',
    right: 'Each comparison reads it; a change shuts the contract’s entries until a person lets it be.',
    tests: [
      {
        file: `${EXECUTION}/setup.test.ts`,
        name: 'another %s shuts the contract for entries until it is as before, and says so',
      },
      {
        file: `${EXECUTION}/setup.test.ts`,
        name: 'an exit passes, however the account is set up',
      },
      {
        file: 'services/reconcile/src/adapters/comparison.test.ts',
        name: 'how the account is set up is in the report; while nobody says it, nothing is concluded',
      },
    ],
  },
  {
    point: '8.15',
    fault: 'A spot wallet that can’t be short is taken for one that lends.',
    right: 'The account’s setup says it: fees come from what lies there, and a short entry is denied.',
    tests: [
      {
        file: `${EXECUTION}/handlers/short-selling.test.ts`,
        name: 'a %s of %s, where spot may be short: %s, passes: %s',
      },
      {
        file: `${EXECUTION}/spent-coins.test.ts`,
        name: 'what an order of another instrument pays in a coin that we hold is taken %s',
      },
    ],
  },
  {
    point: 'D2',
    fault: 'Somebody buys by hand what we hold, and it is taken for ours.',
    right: 'It is reported once and stays beside; stops and exits are of ours alone.',
    tests: [
      {
        file: `${EXECUTION}/outside-fill.test.ts`,
        name: 'a stop that rests does not keep an order of somebody else that adds from being reported',
      },
      {
        file: 'services/reconcile/src/domain/positions-difference.test.ts',
        name: 'a position that %s',
      },
      {
        file: `${EXECUTION}/handlers/reversal.test.ts`,
        name: 'a short against a long of somebody',
      },
    ],
  },
  {
    point: 'D9',
    fault: 'What lies in the account is taken for ours, or for nothing.',
    right: 'What lies beside is told apart; a position is gone only where the balances show it too.',
    tests: [
      {
        file: 'services/reconcile/src/domain/differences.test.ts',
        name: 'coins beside our positions are told, so that fees are taken from them first',
      },
      {
        file: 'services/reconcile/src/domain/differences.test.ts',
        name: 'where coins lie in the account, a position is gone when the balances %s',
      },
      {
        file: 'services/reconcile/src/domain/cash-book.test.ts',
        name: 'what was there at first is written down, and fills, fees and transfers are added to it',
      },
      {
        file: 'services/reconcile/src/adapters/comparison.test.ts',
        name: 'unexplained cash is told, stops nothing, and is so once two moments have shown it',
      },
      {
        file: 'libs/simulation/src/paper-venue.property.test.ts',
        name: 'cash, positions and fills say the same, exactly',
      },
    ],
  },
  {
    point: 'surplus',
    fault: 'Somebody takes of what an exit is closing, and the exit goes on into a short.',
    right: 'The exit is withdrawn at once, and what is left is left by another.',
    tests: [
      {
        file: `${EXECUTION}/surplus-exit.test.ts`,
        name: 'an exit that could close more than is left, since somebody took of it, is withdrawn',
      },
    ],
  },
  {
    point: 'taken together',
    fault: 'Somebody closes ours and what lies beside in one fill, and exits go on selling ours.',
    right: 'The fill says what is left of ours; while an order is on its way, exits wait for a comparison.',
    tests: [
      {
        file: `${EXECUTION}/outside-fill.test.ts`,
        name: 'beside %s of others an order of somebody else that takes %s leaves us %s',
      },
      {
        file: `${EXECUTION}/outside-fill.test.ts`,
        name: 'what somebody took before our position was opened took nothing of it, however late it is told',
      },
      {
        file: `${EXECUTION}/exit-beside.test.ts`,
        name: 'an exit of a long of 1 beside %s asks the venue to reduce: %s',
      },
    ],
  },
  {
    point: 'retry later',
    fault: 'A refusal with a time to wait is taken for the end of an order whose copy is still on its way.',
    right: 'The venue says whether it is final; else the order is looked up behind the pause.',
    tests: [
      {
        file: `${EXECUTION}/shut-venue.test.ts`,
        name: 'where a refusal is final nothing is looked up, and the next exit leaves behind the pause',
      },
      {
        file: `${EXECUTION}/shut-venue.test.ts`,
        name: 'an order that was turned away is looked up behind the pause, and over once that is proven',
      },
      {
        file: `${EXECUTION}/shut-venue.test.ts`,
        name: 'a second copy that came when the pause was over is the order: nothing goes out beside it',
      },
    ],
  },
];
