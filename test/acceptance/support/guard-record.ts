import { type JetStreamBus, StreamLanes } from '@algo/bus';
import type { Fact, StreamName } from '@algo/contracts';

/** Something that counts for who guards a position. *Units*: wall ms. */
interface Moment {
  readonly atMs: number;
  readonly fact: Fact;
}

/** What an engine says of itself, from its first word on, laid beside the wall. */
export class GuardRecord {
  readonly #moments: readonly Moment[];

  private constructor(moments: readonly Moment[]) {
    this.#moments = moments;
  }

  static async read(bus: JetStreamBus): Promise<GuardRecord> {
    const moments: Moment[] = [];
    const { jsm } = bus.nats;
    const take = async (stream: StreamName, subject: string) => {
      const lanes = new StreamLanes(stream, false);
      const found: { sequence: number; fact: Fact }[] = [];
      for await (const message of bus.read({ stream, subjects: [subject], after: 0 }))
        lanes.admit(message, ({ sequence, fact }) => found.push({ sequence, fact }));
      for (const { sequence, fact } of found) {
        const wallMs =
          fact.name === 'ServiceStatus'
            ? fact.body.timeUs / 1_000
            : (await jsm.streams.getMessage(stream, { seq: sequence }))!.time.getTime();
        moments.push({ atMs: wallMs, fact });
      }
    };
    await take('SYSTEM', 'sys.service.>');
    await take('POSITIONS', 'pos.evt.>');
    await take('ORDERS', 'ord.evt.>');
    return new GuardRecord(moments.toSorted((a, b) => a.atMs - b.atMs));
  }

  /** Returns the longest time in which each process did not say that it is ready. *Units*: ms. */
  pauses(fromMs: number, toMs: number): Map<string, number> {
    const last = new Map<string, number>();
    const longest = new Map<string, number>();
    for (const { atMs, fact } of this.#moments) {
      if (fact.name !== 'ServiceStatus' || !fact.body.ready || atMs > toMs) continue;
      const { instance } = fact.body;
      const before = last.get(instance);
      last.set(instance, atMs);
      if (before === undefined || atMs < fromMs) continue;
      longest.set(instance, Math.max(longest.get(instance) ?? 0, atMs - before));
    }
    return longest;
  }

  /**
   * Returns the longest time for which a position was open and nobody was there to leave it at its stop:
   * neither position-risk and execution, nor a stop that rests at an exchange that is there. Who was heard of
   * last counts up to then. *Units*: ms; of what ended between two moments.
   */
  longestUnguarded(fromMs: number, toMs: number): number {
    const ready = new Map<string, number>();
    const open = new Map<string, { readonly instrument: string; guardedMs: number }>();
    const stops = new Map<string, { readonly instrument: string; rests: boolean }>();
    let worst = 0;
    for (const { atMs, fact } of this.#moments) {
      const app = Math.min(ready.get('position-risk') ?? 0, ready.get('execution') ?? 0);
      for (const one of open.values()) {
        const { instrument } = one;
        const rests = [...stops.values()].some((stop) => stop.rests && stop.instrument === instrument);
        one.guardedMs = Math.max(one.guardedMs, app, rests ? (ready.get('paper-venue') ?? 0) : 0);
        if (fromMs <= atMs && atMs <= toMs) worst = Math.max(worst, atMs - one.guardedMs);
      }
      const { name, body } = fact;
      if (name === 'ServiceStatus' && body.ready) ready.set(body.service, atMs);
      else if (name === 'PositionOpened')
        open.set(body.position.id, { instrument: body.position.instrument, guardedMs: atMs });
      else if (name === 'PositionClosed') open.delete(body.position.id);
      else if (name === 'OrderSubmitted' && body.intent === 'protection')
        stops.set(body.clientOrderId, { instrument: body.instrument, rests: false });
      else if (name === 'OrderAccepted' && stops.has(body.clientOrderId))
        stops.get(body.clientOrderId)!.rests = true;
      else if (isEnd(fact)) stops.delete((fact.body as { clientOrderId: string }).clientOrderId);
    }
    return worst;
  }
}

function isEnd({ name, body }: Fact): boolean {
  if (name === 'OrderFilled') return !body.leaves.isPositive();
  return name === 'OrderRejected' || name === 'OrderCanceled' || name === 'OrderExpired';
}
