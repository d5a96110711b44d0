import type { OwnInput, Requests, Ticket } from '@algo/bus';
import { describe, expect, test } from '@jest/globals';
import { RequestDesk } from './request-desk.ts';

interface Order {
  readonly key: string;
  readonly name: string;
  readonly withdraws?: boolean;
  readonly effect?: 'once' | 'again';
}

/** Keeps the tickets, so that a case says when something leaves and ends. */
class HeldRequests implements Requests<Order, OwnInput> {
  readonly tickets = new Map<string, Ticket<OwnInput>>();

  terms({ key, withdraws = false, effect = 'once' }: Order) {
    return { key, priority: 0, effect, withdraws };
  }

  withdrawn({ name }: Order): OwnInput[] {
    return [{ name: 'NeverLeft', body: name }];
  }

  carryOut({ name }: Order, ticket: Ticket<OwnInput>): void {
    this.tickets.set(name, ticket);
  }
}

function desk() {
  const requests = new HeldRequests();
  const told: unknown[] = [];
  return { requests, told, desk: new RequestDesk(requests, ({ body }) => told.push(body)) };
}

describe('requests in one process', () => {
  test('are done in their order where they are of one key, and at once where they are not', () => {
    const { requests, told, desk: at } = desk();
    at.ask({ key: 'a', name: 'first' });
    at.ask({ key: 'a', name: 'second' });
    at.ask({ key: 'b', name: 'other' });
    expect([...requests.tickets.keys()]).toEqual(['first', 'other']);
    requests.tickets.get('first')!.settle([{ name: 'Done', body: 'first is done' }]);
    expect([...requests.tickets.keys()]).toEqual(['first', 'other', 'second']);
    expect(told).toEqual(['first is done']);
  });

  test('are given up when a later one withdraws them before they left, and then may not go', () => {
    const { requests, told, desk: at } = desk();
    at.ask({ key: 'a', name: 'order' });
    at.ask({ key: 'a', name: 'cancel', withdraws: true });
    expect(told).toEqual(['order']);
    const asked: boolean[] = [];
    requests.tickets.get('order')!.leave((mayGo) => asked.push(mayGo));
    expect(asked).toEqual([false]);
    expect(requests.tickets.has('cancel')).toBe(false);
  });

  test('are not withdrawn once they have left', () => {
    const { requests, told, desk: at } = desk();
    at.ask({ key: 'a', name: 'order' });
    const asked: boolean[] = [];
    requests.tickets.get('order')!.leave((mayGo) => asked.push(mayGo));
    at.ask({ key: 'a', name: 'cancel', withdraws: true });
    requests.tickets.get('order')!.settle([]);
    expect(asked).toEqual([true]);
    expect(told).toEqual([]);
    expect(requests.tickets.has('cancel')).toBe(true);
  });

  test('that wait behind another can be withdrawn too', () => {
    const { requests, told, desk: at } = desk();
    at.ask({ key: 'a', name: 'question', effect: 'again' });
    at.ask({ key: 'a', name: 'order' });
    at.ask({ key: 'a', name: 'cancel', withdraws: true });
    expect(told).toEqual(['order']);
    requests.tickets.get('question')!.settle([]);
    expect([...requests.tickets.keys()]).toEqual(['question']);
  });

  test('end one after the other, however many waited', () => {
    const { requests, desk: at } = desk();
    let ended = 0;
    at.ask({ key: 'a', name: 'first' });
    const first = requests.tickets.get('first')!;
    requests.carryOut = (_, ticket) => {
      ended++;
      ticket.settle([]);
    };
    for (let i = 0; i < 20_000; i++) at.ask({ key: 'a', name: 'row' });
    first.settle([]);
    expect(ended).toBe(20_000);
  });
});
