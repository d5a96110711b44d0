// The account stream of spot, against the exchange's stand-in over its wire; its timer is a real one.
import { generateKeyPairSync } from 'node:crypto';
import { Decimal, type SubmitOutcome, type VenueEvent } from '@algo/model';
import { expect, test } from 'vitest';
import type { StreamTimings } from '../binance/account-stream.ts';
import { ApiKey } from '../binance/api-key.ts';
import { until } from '../binance/testing/heard.ts';
import { SpotAccountStream } from './spot-account-stream.ts';
import { SpotLink } from './spot-link.ts';
import { refOf, spotOnStandIn, spotOrder, spotStop, TERMS, told } from './testing/spot-on-stand-in.ts';

const QUICK: StreamTimings = { rotateMs: 3_600_000, overlapMs: 0, retryFirstMs: 0, retryMaxMs: 0, lookMs: 2 };

/** Listens to the account at a stand-in, and writes down what it is told. */
async function listening(house: Awaited<ReturnType<typeof spotOnStandIn>>, link = house.link) {
  const events: VenueEvent[] = [];
  const states: string[] = [];
  const stream = new SpotAccountStream(link, QUICK);
  stream.open({
    event: (event) => events.push(event),
    connected: () => states.push('connected'),
    disconnected: (reason) => states.push(`lost: ${reason}`),
  });
  await until('it says how it is', () => states.length > 0);
  return { events, states, [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose]() };
}

const submit = ({ venue }: Awaited<ReturnType<typeof spotOnStandIn>>, order: ReturnType<typeof spotOrder>) =>
  told<SubmitOutcome>((done) => venue.submit(order, TERMS, done));

test('each step of an order is told under its own name', async () => {
  await using house = await spotOnStandIn();
  await using heard = await listening(house);
  const order = spotOrder({ quantity: Decimal.of('2') });
  await submit(house, order);
  house.exchange.flow('LTCUSDT', [{ price: '82.90', quantity: '1.5', isBuyerMaker: true }]);
  await told<SubmitOutcome>((done) => house.venue.cancel(refOf(order), TERMS, done));
  const ioc = spotOrder({ timeInForce: 'ioc' });
  await submit(house, ioc);
  await until('the last is told', () => heard.events.length >= 3);
  const { clientOrderId } = order;
  expect(heard.events).toMatchObject([
    {
      type: 'VenueFilled',
      fill: { clientOrderId, side: 'buy', liquidity: 'maker', quantity: Decimal.of('1.5'), feeAsset: 'LTC' },
      cumulative: Decimal.of('1.5'),
    },
    { type: 'VenueCanceled', clientOrderId, cumulative: Decimal.of('1.5') },
    { type: 'VenueExpired', clientOrderId: ioc.clientOrderId, cumulative: Decimal.zero },
  ]);
});

test('a stop that goes off is filled under our name', async () => {
  await using house = await spotOnStandIn();
  await using heard = await listening(house);
  const stop = spotStop('83', '1');
  await submit(house, stop);
  house.exchange.flow('LTCUSDT', [{ price: '82.95', quantity: '1', isBuyerMaker: true }]);
  await until('it is filled', () => heard.events.length > 0);
  expect(heard.events).toMatchObject([{ type: 'VenueFilled', fill: { clientOrderId: stop.clientOrderId } }]);
});

test('an Ed25519 key logs on, and then hears the same', async () => {
  await using house = await spotOnStandIn();
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  house.exchange.addKey('one', { apiKey: 'edKey', publicKeyPem });
  const key = ApiKey.of('edKey', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await using link = new SpotLink({ ...house.parts, key });
  await using heard = await listening(house, link);
  await submit(house, spotOrder({ timeInForce: 'ioc' }));
  await until('it is told', () => heard.events.length > 0);
  expect(house.exchange.journal.of('session.logon').map(({ status }) => status)).toEqual([200]);
  expect(heard.events[0]!.type).toBe('VenueExpired');
});

test('a connection that breaks is said, and another is made', async () => {
  await using house = await spotOnStandIn();
  await using heard = await listening(house);
  expect(house.link.isHeard).toBe(true);
  house.exchange.sessions.cut();
  await until('it is back', () => heard.states.length >= 3);
  expect(heard.states).toEqual(['connected', 'lost: the connection broke off', 'connected']);
  expect(house.link.isHeard).toBe(true);
});

test('a connection that is silent for two heartbeats is dead', async () => {
  await using house = await spotOnStandIn();
  await using heard = await listening(house);
  house.exchange.sessions.mute();
  house.clock.advance(20_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  house.clock.advance(20_000);
  await until('it is back', () => heard.states.length >= 3);
  expect(heard.states[1]).toBe('lost: silent for 40000 ms');
});

test.each(['its age', 'the server'] as const)(
  'a connection is replaced without a gap because of %s',
  async (why) => {
    await using house = await spotOnStandIn();
    await using heard = await listening(house);
    if (why === 'the server') house.exchange.sessions.announceShutdown();
    else house.clock.advance(3_600_000);
    await until(
      'two were made',
      () => house.exchange.journal.of('userDataStream.subscribe.signature').length >= 2,
    );
    await until('one is left', () => house.exchange.sessions.counts.sessions === 1);
    expect(heard.states).toEqual(['connected']);
    // An hour has passed by its clock and not by the timer that measures it.
    await house.link.time.measure();
    await submit(house, spotOrder({ timeInForce: 'ioc' }));
    await until('it is told', () => heard.events.length > 0);
  },
);

test('a subscription that is not answered ends the connection, though the venue still pings', async () => {
  await using house = await spotOnStandIn();
  house.exchange.fault('userDataStream.subscribe.signature', 1, { does: 'hang', at: 'before' });
  const states: string[] = [];
  await using stream = new SpotAccountStream(house.link, QUICK);
  stream.open({
    event: () => undefined,
    connected: () => states.push('connected'),
    disconnected: (reason) => states.push(reason),
  });
  await until('it asked', () => house.exchange.journal.of('userDataStream.subscribe.signature').length === 1);
  house.clock.advance(20_000);
  await until('another is made', () => states.length >= 2);
  expect(states).toEqual(['not subscribed within 20000 ms', 'connected']);
});

test('a key that is revoked is said with the words of the venue', async () => {
  await using house = await spotOnStandIn();
  house.exchange.revokeKey('hmacKey');
  await using heard = await listening(house);
  expect(heard.states).toEqual(['lost: refused: Invalid API-key, IP, or permissions for action. (-2015)']);
});

test('an event that can not be read ends the connection, so that all is read anew', async () => {
  await using house = await spotOnStandIn();
  await using heard = await listening(house);
  house.exchange.sessions.emit('one', { e: 'executionReport', ...{ x: 'NEW' } });
  await until('it is back', () => heard.states.length >= 3);
  expect(heard.states[1]).toContain('lost: an event can not be read: s = undefined');
});
