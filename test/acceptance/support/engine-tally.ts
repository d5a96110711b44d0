import type { Bus, InboundMessage } from '@algo/bus';
import type { StreamName } from '@algo/contracts';
import { eventually } from '@algo/testkit';

/** For what takes seconds on an idle machine. */
export const PATIENCE_MS = 120_000;

const FOLLOWED: readonly (readonly [StreamName, string])[] = [
  ['SYSTEM', 'sys.service.>'],
  ['DECISIONS', 'dec.made.>'],
  ['ORDERS', 'ord.evt.>'],
  ['POSITIONS', 'pos.evt.>'],
  ['RECONCILIATION', 'rec.run.>'],
];

/** Counts what an engine says of itself from its beginning. */
export class EngineTally implements AsyncDisposable {
  accepted = 0;
  fills = 0;
  closed = 0;
  reconciledEpoch = 0;
  reconciliationsFailed = 0;
  /** What comparisons that failed have found to differ, in words. */
  readonly differences: string[] = [];
  readonly #following: AsyncDisposable[] = [];
  readonly submitted: string[] = [];
  /** Positions that are open. */
  readonly held = new Set<string>();
  readonly filledOrders = new Set<string>();
  readonly #counters = new Map<string, Readonly<Record<string, number>>>();
  readonly #notes = new Map<string, readonly string[]>();

  /** Reads all that is said on a bus. */
  static async of(bus: Bus): Promise<EngineTally> {
    const tally = new EngineTally();
    for (const [stream, subject] of FOLLOWED)
      tally.#following.push(
        await bus.follow({ stream, subjects: [subject], after: 0 }, (message) => tally.#take(message)),
      );
    return tally;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#following) await each[Symbol.asyncDispose]();
  }

  /** What a process said last of itself. */
  countersOf(process: string): Readonly<Record<string, number>> {
    return this.#counters.get(process) ?? {};
  }

  /** Trades in the file, as the process says that has its instrument. */
  get stored(): number {
    return Math.max(0, ...[...this.#counters.values()].map(({ stored = 0 }) => stored));
  }

  #take({ fact: { name, body } }: InboundMessage): void {
    switch (name) {
      case 'ServiceStatus':
        this.#counters.set(body.instance, body.counters);
        this.#notes.set(body.instance, body.notes);
        return;
      case 'DecisionMade':
        if (body.outcome.type === 'accepted') this.accepted++;
        return;
      case 'OrderSubmitted':
        this.submitted.push(body.clientOrderId);
        return;
      case 'OrderFilled':
        this.fills++;
        this.filledOrders.add(body.clientOrderId);
        return;
      case 'PositionOpened':
        this.held.add(body.position.id);
        return;
      case 'PositionClosed':
        this.closed++;
        this.held.delete(body.position.id);
        return;
      case 'ReconciliationCompleted':
        this.reconciledEpoch = body.epoch;
        return;
      case 'ReconciliationFailed':
        this.reconciliationsFailed++;
        this.differences.push(...body.discrepancies.map((one) => JSON.stringify(one)));
        return;
      default: // the other messages of these subjects aren't counted
    }
  }

  /** Waits for a condition. *Errors*: what was seen until then, and what each service says it waits for. */
  async until(what: string, holds: () => boolean, withinMs: number = PATIENCE_MS): Promise<void> {
    await eventually(what, holds, withinMs).catch((cause: unknown) => {
      const notes = [...this.#notes].map(([instance, said]) => `${instance}: ${said.join(', ') || 'ready'}`);
      throw new Error(`${(cause as Error).message}; seen: ${this.line()}; ${notes.join('; ')}`, { cause });
    });
  }

  line(): string {
    const trades = this.#counters.get('ingest.synthetic')?.accepted ?? 0;
    return (
      `${trades} trades, ${this.stored} stored, ${this.accepted} decisions accepted, ` +
      `${this.submitted.length} orders, ${this.fills} fills, ${this.closed} positions closed`
    );
  }
}
