import type { Bus, Clock, StepLoop, Subscription } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import type { VenueMachine } from './venue-machine.ts';

/** An answer holds at most this many fills, to stay below the server's payload limit. */
const FILLS_PER_REPLY = 2_000;
/** Shorter than an asker waits, so that he hears "not taken" before he has to guess. */
const STORED_MAX_MS = 1_000;

/** Answers the four requests of the venue port, one at a time, between two inputs of the loop. */
export async function serveRequests(
  bus: Bus,
  clock: Clock,
  loop: StepLoop,
  machine: VenueMachine,
): Promise<Subscription[]> {
  const whole = async <Answer>(work: () => Answer | Promise<Answer>): Promise<Answer> => {
    let answer: Promise<Answer> | undefined;
    await loop.inject(async () => {
      answer = Promise.resolve(work());
      await answer;
    });
    return answer!;
  };
  // A signal of ours may have let the asker go ahead of what our last life had stored. Until the books are
  // there again an order would come alive too early, and "absent" would prove nothing: the asker is told so,
  // and asks again.
  const refuseAhead = (step: number): void => {
    if (loop.step < step) throw new Error(`the books are at step ${loop.step}, the asker at ${step}`);
  };
  // What is taken now must be within reach of a restart, even if everybody is killed at once: our books come back only as
  // far as the stream tells of steps, and an order taken beyond that would be one that they can't explain.
  const withinReach = async (): Promise<void> => {
    const late = clock.sleep(STORED_MAX_MS).then(() => 'late');
    if ((await Promise.race([loop.inputsStored(), late])) === 'late')
      throw new Error(`not taken: the stream does not tell of step ${loop.step} yet`);
  };
  return Promise.all([
    bus.serve(subjects.venueRequest('paper', 'submit'), async (_type, data) => {
      const request = codecs.SubmitOrderRequest.decode(data);
      refuseAhead(request.step);
      const outcome = await whole(() => withinReach().then(() => machine.submit(request)));
      return { type: codecs.SubmitOutcomeReply.type, data: codecs.SubmitOutcomeReply.encode(outcome) };
    }),
    bus.serve(subjects.venueRequest('paper', 'cancel'), async (_type, data) => {
      const request = codecs.CancelOrderRequest.decode(data);
      refuseAhead(request.step);
      const outcome = await whole(() => withinReach().then(() => machine.cancel(request)));
      return { type: codecs.SubmitOutcomeReply.type, data: codecs.SubmitOutcomeReply.encode(outcome) };
    }),
    bus.serve(subjects.venueRequest('paper', 'look-up'), async (_type, data) => {
      const { account, clientOrderId, step } = codecs.LookUpOrderRequest.decode(data);
      refuseAhead(step);
      const lookup = await whole(() => machine.venue.order(account, clientOrderId));
      return { type: codecs.OrderLookupReply.type, data: codecs.OrderLookupReply.encode(lookup) };
    }),
    bus.serve(subjects.venueRequest('paper', 'account'), async (_type, data) => {
      const request = codecs.AccountRequest.decode(data);
      return whole(() => accountAnswer(machine, request));
    }),
  ]);
}

function accountAnswer(
  machine: VenueMachine,
  request: ReturnType<typeof codecs.AccountRequest.decode>,
): { type: string; data: Uint8Array } {
  const { account, kind, sinceUs } = request;
  const { venue } = machine;
  switch (kind) {
    case 'open-orders':
      return {
        type: codecs.OpenOrdersReply.type,
        data: codecs.OpenOrdersReply.encode({ account, orders: venue.openOrders(account) }),
      };
    case 'fills-since': {
      const fills = venue.fillsSince(account, sinceUs);
      return {
        type: codecs.FillsReply.type,
        data: codecs.FillsReply.encode({
          account,
          fills: fills.slice(0, FILLS_PER_REPLY),
          complete: fills.length <= FILLS_PER_REPLY,
        }),
      };
    }
    case 'positions':
      return {
        type: codecs.PositionsReply.type,
        data: codecs.PositionsReply.encode({ account, positions: venue.positions(account) }),
      };
    case 'balances':
      return {
        type: codecs.BalancesReply.type,
        data: codecs.BalancesReply.encode({ account, balances: venue.balances(account) }),
      };
    default:
      return kind satisfies never;
  }
}
