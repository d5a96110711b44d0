import type { Clock, StepLoop } from '@algo/bus';
import type { ExecutionMachine } from './execution-machine.ts';
import type { ReconciliationJob } from './reconciliation-gate.ts';

/**
 * Live trading's gate: opens it with the first pass of this epoch, renews it beside trading, closes it when a
 * pass fails. Exits go on; entries wait for the next pass. Resolves when told to stop.
 */
export async function keepReconciled(parts: {
  readonly job: ReconciliationJob;
  readonly loop: StepLoop;
  readonly machine: ExecutionMachine;
  readonly clock: Clock;
  readonly epoch: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}): Promise<undefined> {
  const { job, loop, machine, clock, epoch, everyMs, signal } = parts;
  let first = true;
  while (!signal.aborted) {
    const timeUs = clock.nowMs() * 1_000;
    try {
      await (first ? job.pass() : job.renew());
      if (first)
        await loop.inject((context) => machine.feed({ type: 'EpochStarted', epoch, timeUs }, context));
      first = false;
      await loop.inject((context) =>
        machine.feed(
          { type: 'GateOpened', epoch, validUntilUs: timeUs + 2 * everyMs * 1_000, timeUs },
          context,
        ),
      );
    } catch (error) {
      const reason = (error as Error).message;
      await loop.inject((context) => machine.feed({ type: 'GateClosed', epoch, reason, timeUs }, context));
    }
    await clock.sleep(everyMs);
  }
  return undefined;
}
