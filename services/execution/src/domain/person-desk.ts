import {
  type AskWall,
  type ClientOrderId,
  type ControlCommand,
  type ExpiringCommand,
  HeldCommands,
  InputError,
  type Order,
  type OrderIntent,
  type TimeUs,
  type WallTold,
} from '@algo/model';
import type { Corrections } from './corrections.ts';
import { entriesUnder, ordersUnder } from './entries-to-cancel.ts';
import type { ExecutionOutput } from './execution-io.ts';
import type { GateKeeper } from './gate-keeper.ts';
import type { OrderFollower } from './order-follower.ts';

/** Modes are position-risk's to set. */
export type Asked = Exclude<ExpiringCommand, { type: 'SetTradingMode' }>;
type CancelOrders = Extract<ControlCommand, { type: 'CancelOrders' }>;

/** Orders named in one refusal. */
const NAMED_MAX = 10;

const WITHOUT_IT = {
  entry: '',
  exit: 'it leaves a position, and position-risk would only make another',
  protection: 'it guards a position at the venue, and position-risk would only put another there',
} as const satisfies Record<OrderIntent, string>;

/** Obeys or refuses what a person asks of execution, and answers. */
export class PersonDesk {
  readonly #follower: Pick<OrderFollower, 'wantCancel'>;
  readonly #keeper: Pick<GateKeeper, 'askNow' | 'checkTrades'>;
  readonly #corrections: Pick<Corrections, 'repair'>;
  readonly #held: HeldCommands<Asked>;

  constructor(
    follower: Pick<OrderFollower, 'wantCancel'>,
    keeper: Pick<GateKeeper, 'askNow' | 'checkTrades'>,
    corrections: Pick<Corrections, 'repair'>,
    held: readonly (readonly [commandId: string, command: Asked])[] = [],
  ) {
    this.#follower = follower;
    this.#keeper = keeper;
    this.#corrections = corrections;
    this.#held = new HeldCommands(held);
  }

  /** Returns the question on which a command waits. */
  ask(command: Asked): AskWall {
    return this.#held.hold(command);
  }

  /**
   * Obeys or refuses the command that waited for this answer. For `FlattenAll` position-risk answers, also
   * where its time is over: here it only withdraws entries.
   */
  told(told: WallTold, open: readonly Order[], timeUs: TimeUs, out: ExecutionOutput[]): void {
    const { commandId } = told;
    const isAnswered = this.#held.get(commandId)?.type !== 'FlattenAll';
    try {
      const command = this.#held.release(told);
      if (command === null) return;
      const orders = this.#obey(command, open, out);
      if (isAnswered) out.push({ type: 'CommandObeyed', commandId, positions: [], orders, timeUs });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (isAnswered) out.push({ type: 'CommandRefused', commandId, reason: error.message, timeUs });
    }
  }

  state(): [commandId: string, command: Asked][] {
    return this.#held.entries();
  }

  /** Returns the orders that are withdrawn for it. *Errors*: InputError where it can't be obeyed. */
  #obey(command: Asked, open: readonly Order[], out: ExecutionOutput[]): readonly ClientOrderId[] {
    const by = `asked by ${command.by}`;
    switch (command.type) {
      case 'FlattenAll':
      case 'CancelOrders': {
        const orders =
          command.type === 'CancelOrders' ? toWithdraw(command, open) : entriesUnder(command.scope, open);
        this.#follower.wantCancel(orders, by, out);
        return orders;
      }
      case 'CorrectBooks':
        this.#keeper.checkTrades();
        this.#corrections.repair(command, out);
        this.#keeper.askNow(by, null, out);
        return [];
      case 'CompareBooks':
        this.#keeper.checkTrades();
        this.#keeper.askNow(by, { requestId: command.commandId, dryRun: command.dryRun }, out);
        return [];
      default:
        return command satisfies never;
    }
  }
}

/** Returns the orders that a command withdraws. *Errors*: InputError where it names one that it can't. */
function toWithdraw(
  { scope, clientOrderId, force, account }: CancelOrders,
  open: readonly Order[],
): readonly ClientOrderId[] {
  if (clientOrderId === null) return force ? ordersUnder(scope, open) : entriesUnder(scope, open);
  const order = open.find(({ request }) => request.clientOrderId === clientOrderId);
  const refused = (because: string, remedy: string) =>
    new InputError({ field: 'order', value: clientOrderId, because, remedy });
  if (order === undefined) {
    const named = open.slice(0, NAMED_MAX).map(({ request }) => request.clientOrderId);
    throw refused(
      `no order of ${account} that works`,
      named.length === 0 ? 'None works.' : `There are ${named.join(', ')}.`,
    );
  }
  if (order.intent !== 'entry' && !force)
    throw refused(WITHOUT_IT[order.intent], 'Leave the position by `algo close`, or add --force.');
  return [clientOrderId];
}
