import { accountId, Decimal, instrumentId, positionId } from '@algo/model';
import type { DrivePlan, Requests, Ticket } from '../drive-plan.ts';
import type { Input, Machine, OwnInput, Say } from '../machine.ts';
import type { VirtualClock } from '../memory/virtual-clock.ts';

/**
 * Machines for tests of the driver, which answer a feed and each other. Each folds every input into one
 * number, so that any difference in order, count or content shows in all that it says.
 */

const PRIME = 1_000_000_007;

/** Something the book has done outside. */
export interface Deed {
  readonly id: number;
  readonly key: string;
  readonly kind: 'deed' | 'recall' | 'question';
}

export interface Answer extends OwnInput {
  readonly name: 'Done' | 'NotDone' | 'Recalled' | 'Told' | 'Knock';
  readonly body: { readonly id: number };
}

export type Out = 'ClosePosition' | 'EquityMarked' | 'NotificationSent';

/** One kind of machine. *Shape*: `says` are the facts that it says, in turn. */
export interface Role {
  readonly reads: DrivePlan<Input, Out, Deed, Answer>['reads'];
  readonly says: readonly Out[];
  /** Speaks at about one input in so many. */
  readonly every: number;
  readonly requests: boolean;
}

export const ROLES = {
  'decision.a': {
    reads: [{ family: 'md.time' }, { family: 'risk.evt', only: ['a'] }],
    says: ['ClosePosition'],
    every: 4,
    requests: false,
  },
  'position-risk.a': {
    reads: [{ family: 'ord.cmd', only: ['a'] }, { family: 'md.time' }],
    says: ['EquityMarked', 'ClosePosition'],
    every: 5,
    requests: false,
  },
  'execution.a': {
    reads: [{ family: 'risk.evt' }, { family: 'ord.cmd' }],
    says: ['NotificationSent', 'EquityMarked'],
    every: 5,
    requests: true,
  },
} as const satisfies Record<string, Role>;
export type RoleName = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as RoleName[];

export const FAMILY_OF = {
  ClosePosition: 'ord.cmd',
  EquityMarked: 'risk.evt',
  NotificationSent: 'sys.notification',
} as const;

function hashOf(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) % PRIME;
  return hash;
}

export class Folding implements Machine<Input, Out, Deed> {
  readonly #role: Role;
  #sum: number;

  constructor(role: Role, snapshot: Uint8Array | undefined, salt = 0) {
    this.#role = role;
    this.#sum = snapshot === undefined ? 1 + salt : Number(new TextDecoder().decode(snapshot));
  }

  take(input: Input, say: Say<Out, Deed>): void {
    this.#sum = (this.#sum * 31 + hashOf(`${input.name}${JSON.stringify(input.body)}`)) % PRIME;
    const sum = this.#sum;
    const { says, every, requests } = this.#role;
    if (sum % every === 0) speak(says[sum % says.length]!, sum, say);
    if (sum % (every * 5) === 0) for (const name of says) speak(name, sum + say.input, say);
    if (!requests || input.name === 'Told') return;
    const key = `k${sum % 3}`;
    if (sum % 4 === 0) say.request({ id: sum, key, kind: 'deed' });
    if (sum % 11 === 0) say.request({ id: sum, key, kind: 'recall' });
    if (sum % 13 === 0) say.request({ id: sum, key, kind: 'question' });
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(String(this.#sum));
  }
}

function speak(name: Out, n: number, say: Say<Out, Deed>): void {
  switch (name) {
    case 'ClosePosition':
      say('ClosePosition', {
        ...{
          type: 'ClosePosition',
          commandId: `c${n}`,
          position: positionId(`p${n}`),
          account: accountId('a'),
        },
        ...{ instrument: instrumentId('paper.spot.BTCUSD'), direction: 'long', quantity: Decimal.one },
        ...{ reason: 'operator', attempt: 1, timeUs: n },
      });
      return;
    case 'EquityMarked': {
      const equity = Decimal.of(String(n));
      const zero = Decimal.zero;
      say('EquityMarked', {
        ...{ type: 'EquityMarked', account: accountId('a'), equity, realized: zero },
        ...{ unrealized: zero, drawdown: zero, unvalued: [], timeUs: n },
      });
      return;
    }
    case 'NotificationSent':
      say('NotificationSent', {
        ...{ notificationId: `n${n}`, channel: 'test', subject: 'test', attempts: 1, timeUs: n },
      });
      return;
    default:
      name satisfies never;
  }
}

/** What the book's deeds meet: it knows what was done, over all the book's lives. */
export interface Outside {
  readonly done: number[];
}

/** One life's hands outside. `delayMs` is how long each thing takes. */
export function handsOf(
  outside: Outside,
  clock: VirtualClock,
  delayMs: () => number,
): Requests<Deed, Answer> {
  const answer = (name: Answer['name'], { id }: Deed): Answer => ({ name, body: { id } });
  return {
    terms: ({ key, kind }) => ({
      key,
      priority: kind === 'recall' ? 2 : 1,
      effect: kind === 'deed' ? 'once' : 'again',
      withdraws: kind === 'recall',
    }),
    carryOut(deed, ticket: Ticket<Answer>) {
      const tell = (...answers: Answer[]) => clock.after(delayMs(), () => ticket.settle(answers));
      if (deed.kind !== 'deed') return void tell(...(deed.kind === 'recall' ? [answer('Told', deed)] : []));
      if (ticket.past === 'may have left')
        return void tell(answer(outside.done.includes(deed.id) ? 'Done' : 'NotDone', deed));
      clock.after(delayMs(), () =>
        ticket.leave((mayGo) => {
          if (!mayGo) return;
          outside.done.push(deed.id);
          tell(answer('Done', deed));
        }),
      );
    },
    withdrawn: (deed) => [answer('Recalled', deed)],
  };
}
