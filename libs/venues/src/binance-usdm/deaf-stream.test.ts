// A connection that stands, answers pings and tells nothing: the exchange has lost the key, and says nothing.
import { clientOrderId, Decimal, type OrderRequest, type SubmitOutcome } from '@algo/model';
import { expect, test } from 'vitest';
import { until } from '../binance/testing/heard.ts';
import { usdmUnderTest } from './testing/usdm-under-test.ts';

type House = Awaited<ReturnType<typeof usdmUnderTest>>;
/** In steps as short as a process looks, so that none of them is taken for a pause of it. */
const STEP_MS = 500;

function listening(at: House): string[] {
  const states: string[] = [];
  at.accountStream.open({
    event: () => {},
    connected: () => states.push('connected'),
    disconnected: (reason) => states.push(reason),
  });
  return states;
}

async function pass(at: House, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    at.pass(STEP_MS);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
}

let made = 0;
async function buyAtOnce(at: House): Promise<void> {
  const { account, instrument, venue } = at;
  const order: OrderRequest = {
    ...{ clientOrderId: clientOrderId(`deaf${made++}`), account, instrument, side: 'buy', type: 'limit' },
    ...{ timeInForce: 'ioc', quantity: Decimal.of('1'), limitPrice: Decimal.of('83') },
    ...{ triggerPrice: null, reduceOnly: false },
  };
  const terms = { sentUs: at.nowUs(), sendByMs: Number.POSITIVE_INFINITY, epoch: 1 };
  const outcome = await new Promise<SubmitOutcome>((done) => venue.submit(order, terms, done));
  expect(outcome.type).toBe('confirmed');
}

test('it ends when it did not tell of an order that the exchange took, and another is made', async () => {
  await using at = await usdmUnderTest();
  const states = listening(at);
  await until('it is connected', () => states.length > 0);
  await pass(at, 1_000);
  at.exchange.streams.lose('one');
  await pass(at, 60_000);
  // A quiet account is no deaf one.
  expect(states).toEqual(['connected']);
  await buyAtOnce(at);
  await pass(at, 12_000);
  await until('another is made', () => states.length >= 3);
  expect(states[1]).toMatch(/^deaf: it told nothing of the order deaf\d+, which the venue took$/);
  expect(states[2]).toBe('connected');
});

test('one that tells of each order stays, also behind a pause of this process', async () => {
  await using at = await usdmUnderTest();
  const states = listening(at);
  await until('it is connected', () => states.length > 0);
  for (let n = 0; n < 3; n++) {
    await buyAtOnce(at);
    at.pass(30_000);
    await pass(at, 2_000);
  }
  expect(states).toEqual(['connected']);
});
