import { accountId, clientOrderId, type Fill, instrumentId, type OrderLookup } from '@algo/model';
import type { OrderRef, VenueAnswer } from '@algo/venues';
import { expect, test } from 'vitest';
import type { ExecutionOwn, ExecutionRequest } from '../domain/index.ts';
import { OrderWire } from './order-wire.ts';
import { SlowVenue } from './testing/trading-floor.ts';

const ACCOUNT = accountId('paper-main');

/** A venue that answers questions as a test says, at once. */
class AnsweringVenue extends SlowVenue {
  failure: string | null = null;

  override fillsSince(
    _account?: unknown,
    _sinceUs?: unknown,
    done?: (answer: VenueAnswer<readonly Fill[]>) => void,
  ): void {
    const { failure } = this;
    done!(
      failure === null ? { type: 'answered', value: [], asOfUs: 1 } : { type: 'failed', reason: failure },
    );
  }

  override order(_order: OrderRef, done?: (lookup: OrderLookup) => void): void {
    done!(this.failure === null ? { type: 'absent' } : { type: 'failed', reason: this.failure });
  }
}

function asking() {
  const venue = new AnsweringVenue();
  const warned: string[] = [];
  const log = { warn: (_about: unknown, words?: string) => void warned.push(words!) };
  const clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: async () => {}, after: () => () => {} };
  const lease = { epoch: 1, safeFor: () => true, untilMs: Number.POSITIVE_INFINITY };
  const wire = new OrderWire({
    venue,
    lease,
    clock,
    log: log as never,
    isTimed: false,
    sharedNowMs: async () => 0,
  });
  const settled: ExecutionOwn[] = [];
  const ticket = {
    past: 'new',
    settle: (own: readonly ExecutionOwn[]) => void settled.push(...own),
  } as never;
  const ask = (request: ExecutionRequest) => wire.carryOut(request, ticket);
  return { venue, warned, wire, settled, ask };
}

const fills: ExecutionRequest = { type: 'FetchFills', account: ACCOUNT, sinceUs: 0 };
const lookUp: ExecutionRequest = {
  ...{ type: 'LookUpOrder', clientOrderId: clientOrderId('a'), venueOrderId: null, account: ACCOUNT },
  ...{ instrument: instrumentId('binance.spot.LTCUSDT'), timeUs: 1 },
};

test.each<[string, ExecutionRequest]>([
  ['fills', fills],
  ['orders', lookUp],
])('a venue that tells no %s three times in a row is told to people until it answers', (kind, request) => {
  const { venue, warned, wire, settled, ask } = asking();
  venue.failure = 'HTTP 502';
  ask(request);
  ask(request);
  expect([wire.reads.notes(), warned]).toEqual([[], []]);
  ask(request);
  ask(request);
  expect(wire.reads.notes()).toEqual([`the venue tells no ${kind}: 4 questions in a row failed, HTTP 502`]);
  venue.failure = null;
  ask(request);
  expect(wire.reads.notes()).toEqual([]);
  expect(warned).toEqual(['the venue does not answer; it is asked on', 'the venue answers again']);
  expect(settled).toHaveLength(5);
});
