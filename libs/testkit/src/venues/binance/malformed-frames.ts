import { aggregateFrame, klineFrame, tradeFrame } from './stream-frames.ts';

const TRADE = { id: 7, timeUs: 1_750_507_467_000_000, price: '83.50', quantity: '0.10', isBuyerMaker: true };
const AGGREGATE = { ...TRADE, firstTradeId: 5, lastTradeId: 7 };
const BAR = ['83.5', '83.5', '83.5', '83.5', '0.10', 1_750_507_499_999, '8.35', 1, '0', '0', '0'];
const BAR_OPENS_MS = 1_750_507_440_000;

/** How frames of a kind of stream are made, and which of their fields a reader needs. */
const KINDS = {
  trade: [tradeOf, ['t', 'p', 'q', 'T', 'm']],
  aggTrade: [
    (more, symbol) => aggregateFrame(AGGREGATE, { symbol, perMs: 1_000, more }),
    ['a', 'p', 'q', 'f', 'l', 'T', 'm'],
  ],
  'trade of USD-M': [(more, symbol) => tradeOf({ X: 'MARKET', ...more }, symbol), ['t', 'p', 'q', 'T', 'm']],
  kline_1m: [
    (more, symbol) => {
      const { e, s, ...bar } = more;
      const text = klineFrame([BAR_OPENS_MS, ...BAR], '1m', true, { symbol, more: bar });
      const { stream, data } = JSON.parse(text) as { stream: string; data: object };
      return JSON.stringify({
        stream,
        data: { ...data, ...('e' in more && { e }), ...('s' in more && { s }) },
      });
    },
    ['i', 't', 'v', 'n', 'x'],
  ],
} as const satisfies Readonly<Record<string, readonly [FrameMaker, readonly string[]]>>;

type FrameMaker = (more: Readonly<Record<string, unknown>>, symbol: string) => string;

function tradeOf(more: Readonly<Record<string, unknown>>, symbol: string): string {
  return tradeFrame(TRADE, { symbol, perMs: 1_000, more });
}

/** Values of another type than the field's, or out of all reason. */
const WRONG: readonly unknown[] = [null, '', 'x', '-1', '1e3', -1, 1.5, 1e300, [], {}];

/**
 * Returns every frame that is no row of a kind of stream, by what is wrong with it. *Shape*: `field=value` of
 * what is told.
 */
export function malformedFrames(kind: keyof typeof KINDS, symbol: string): [string, string | Buffer][] {
  const [make, fields] = KINDS[kind];
  const frame = (more: Readonly<Record<string, unknown>>) => make(more, symbol);
  const whole = frame({});
  const told: [string, string | Buffer][] = [
    ...[1, whole.length >> 1, whole.length - 1].map((length): [string, string] => [
      `cut after ${length} characters`,
      whole.slice(0, length),
    ]),
    ...['', 'null', '[]', '7', '"x"', '{}', '{"stream":"x"}', '{"data":null}'].map(
      (text): [string, string] => [`no trade: ${text}`, text],
    ),
    ['an unknown event', frame({ e: 'depthUpdate' })],
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
