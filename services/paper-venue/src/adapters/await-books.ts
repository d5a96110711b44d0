import type { Bus, Clock, StepLoop } from '@algo/bus';
import { subjects } from '@algo/contracts';
import type { AccountId } from '@algo/model';
import type { VenueMachine } from './venue-machine.ts';

const LOOK_EVERY_MS = 5;

/**
 * Resolves when the books explain all that an earlier life told and took, or when the loop has ended. Until
 * then the exchange doesn't answer; whoever asks takes that for silence, not for "no".
 *
 * Steps that an earlier life had marked and in which it told nothing don't count: execution may have to
 * reconcile with these books before it goes through them again, and each would wait for the other for ever.
 */
export async function awaitBooks(parts: {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly account: AccountId;
  readonly loop: StepLoop;
  readonly machine: VenueMachine;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { bus, clock, account, loop, machine, signal } = parts;
  const told = await bus.last('VENUES', subjects.venueUser('paper', account));
  const toldStep = told?.lane?.step ?? 0;
  let isOver = false;
  void loop.closed.then(() => {
    isOver = true;
  });
  while (!(loop.step >= toldStep && machine.caughtUp) && !isOver && !signal.aborted)
    await clock.sleep(LOOK_EVERY_MS);
}
