import { aggregateFrame, tradeFrame } from './stream-frames.ts';

const TRADE = { id: 7, timeUs: 1_750_507_467_000_000, price: '83.50', quantity: '0.10', isBuyerMaker: true };
const AGGREGATE = { ...TRADE, firstTradeId: 5, lastTradeId: 7 };
/** Values of another type than the field's, or out of all reason. */
const WRONG: readonly unknown[] = [null, '', 'x', '-1', '1e3', -1, 1.5, 1e300, [], {}];

/** Returns every frame that is no trade, by what is wrong with it. *Shape*: `field=value` of what is told. */
export function malformedFrames(stream: 'trade' | 'aggTrade', symbol: string): [string, string | Buffer][] {
  const style = { symbol, perMs: 1_000 };
  const frame = (more: Readonly<Record<string, unknown>>) =>
    stream === 'trade'
      ? tradeFrame(TRADE, { ...style, more })
      : aggregateFrame(AGGREGATE, { ...style, more });
  const whole = frame({});
  const fields = stream === 'trade' ? ['t', 'p', 'q', 'T', 'm'] : ['a', 'p', 'q', 'f', 'l', 'T', 'm'];
  const told: [string, string | Buffer][] = [
    ...[1, whole.length >> 1, whole.length - 1].map((length): [string, string] => [
      `cut after ${length} characters`,
      whole.slice(0, length),
    ]),
    ...['', 'null', '[]', '7', '"x"', '{}', '{"stream":"x"}', '{"data":null}'].map(
      (text): [string, string] => [`no trade: ${text}`, text],
    ),
    ['an unknown event', frame({ e: 'kline' })],
    ['no symbol', frame({ s: undefined })],
    ['another symbol', frame({ s: 'NOBODYUSDT' })],
    ['a symbol that is a number', frame({ s: 7 })],
    ['bytes', Buffer.from([0, 255, 17, 128])],
    ['a whole trade as bytes that are no text', Buffer.from(whole.replace('83.50', '\ud800'), 'utf16le')],
  ];
  for (const field of fields) {
    told.push([`without ${field}`, frame({ [field]: undefined })]);
    for (const value of WRONG) told.push([`${field}=${JSON.stringify(value)}`, frame({ [field]: value })]);
  }
  return told;
}
