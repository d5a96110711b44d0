import { type Bus, type InboundMessage, StreamLanes } from '@algo/bus';
import { fenceFilter, type StreamName, subjects } from '@algo/contracts';
import type { AccountId } from '@algo/model';
import { identityOf } from '@algo/runtime';

/**
 * Yields each stored message of a subject once, as the services read them: no repeats, nothing behind a
 * fence. `after` skips what stands before that place of the stream.
 */
export async function* readEvents(
  bus: Bus,
  stream: StreamName,
  subject: string,
  after = 0,
): AsyncGenerator<InboundMessage> {
  const lanes = new StreamLanes(stream, (await bus.bounds(stream)).first > 1 || after > 0);
  const passed: InboundMessage[] = [];
  for await (const message of bus.read({ stream, subjects: [subject, fenceFilter(stream)], after })) {
    lanes.admit(message, (next) => passed.push(next));
    yield* passed.splice(0);
  }
}

/**
 * Yields what one account decided and did: signals that all accounts read, its decisions, orders, positions,
 * cash that moved, why entries did not pass, and what people asked for.
 */
export async function* readAccountEvents(bus: Bus, account: AccountId): AsyncGenerator<InboundMessage> {
  yield* readEvents(bus, 'ANALYTICS', 'an.signal.>');
  // A decision's subject names its instrument alone.
  const decider = identityOf('decision', account);
  for await (const message of readEvents(bus, 'DECISIONS', 'dec.made.>'))
    if (message.lane?.producer === decider) yield message;
  yield* readEvents(bus, 'ORDERS', `ord.evt.${account}.>`);
  yield* readEvents(bus, 'ORDERS', subjects.cash(account));
  yield* readEvents(bus, 'ORDERS', subjects.entryStanding(account));
  yield* readPositions(bus, account);
  yield* readCommands(bus, account);
}

/** Yields what happened to an account's positions, and what they left that no order can close. */
export async function* readPositions(bus: Bus, account: AccountId): AsyncGenerator<InboundMessage> {
  yield* readEvents(bus, 'POSITIONS', `pos.evt.${account}.>`);
  yield* readEvents(bus, 'POSITIONS', `pos.dust.${account}.>`);
}

/** Yields what people asked of an account, and the answers. */
export async function* readCommands(bus: Bus, account: AccountId): AsyncGenerator<InboundMessage> {
  yield* readEvents(bus, 'CONTROL', subjects.controlMode(account));
  yield* readEvents(bus, 'CONTROL', subjects.commandAnswer(account));
}
