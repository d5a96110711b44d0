import { codecs } from '@algo/contracts';
import { accountId, clientOrderId, Decimal, instrumentId, type VenueEvent } from '@algo/model';
import { expect, test } from 'vitest';
import { PaperAccountStream } from './paper-account-stream.ts';

const ACCOUNT = accountId('a');
const about = (n: number): VenueEvent => ({
  ...{ type: 'VenueCanceled', clientOrderId: clientOrderId(`o${n}`), account: ACCOUNT },
  ...{ instrument: instrumentId('v.m.S'), cumulative: Decimal.zero, reason: '', timeUs: n },
});

type Answer =
  | { readonly connection: string; readonly last: number; readonly events: readonly VenueEvent[] }
  | Error;

/** Plays the exchange by a list of answers; returns what was heard, and what was asked, until they end. */
async function hear(
  answers: readonly Answer[],
): Promise<{ heard: string[]; asked: string[]; pausesMs: number[] }> {
  const [heard, asked, pausesMs]: [string[], string[], number[]] = [[], [], []];
  const left = [...answers];
  const over = Promise.withResolvers<void>();
  const stream = new PaperAccountStream(
    ACCOUNT,
    async (_subject, _type, data) => {
      const { connection, after } = codecs.AccountEventsRequest.decode(data);
      const answer = left.shift();
      if (answer === undefined) {
        over.resolve();
        return new Promise(() => {});
      }
      asked.push(`${connection} ${after}`);
      if (answer instanceof Error) throw answer;
      return { data: codecs.AccountEventsReply.encode({ account: ACCOUNT, ...answer }) };
    },
    { monotonicMs: () => 0, sleep: async (ms) => void pausesMs.push(ms) },
  );
  stream.open({
    event: (event) => heard.push(`event ${event.type === 'VenueFilled' ? '' : event.timeUs}`),
    connected: () => heard.push('connected'),
    disconnected: (reason) => heard.push(`lost: ${reason}`),
  });
  await over.promise;
  await stream[Symbol.asyncDispose]();
  return { heard, asked, pausesMs };
}

test('it says that it is connected, and then what happens, each event once', async () => {
  const { heard, asked } = await hear([
    { connection: 'c', last: 0, events: [] },
    { connection: 'c', last: 2, events: [about(1), about(2)] },
    { connection: 'c', last: 2, events: [] },
    { connection: 'c', last: 3, events: [about(3)] },
  ]);
  expect(heard).toEqual(['connected', 'event 1', 'event 2', 'event 3']);
  expect(asked).toEqual([' 0', 'c 0', 'c 2', 'c 2']);
});

test.each<[string, Answer, string]>([
  ['is not answered', new Error('no answer within 2000 ms'), 'no answer within 2000 ms'],
  ['is gone', { connection: '', last: 0, events: [] }, 'the exchange has closed the connection'],
])('a connection that %s is lost, and another one is made', async (_, answer, reason) => {
  const open = { connection: 'c', last: 0, events: [] };
  const { heard, asked } = await hear([open, answer, { ...open, connection: 'd' }]);
  expect(heard).toEqual(['connected', `lost: ${reason}`, 'connected']);
  expect(asked).toEqual([' 0', 'c 0', ' 0']);
});

test('it tries to connect at longer and longer pauses, and says nothing until it is', async () => {
  const { heard, pausesMs } = await hear(Array.from({ length: 9 }, () => new Error('nobody there')));
  expect(heard).toEqual([]);
  expect(pausesMs).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
});
