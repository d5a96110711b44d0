import { codecs, type MessageOf } from '@algo/contracts';
import type { HeardRequest } from '@algo/testkit/venues';

type Request = MessageOf<'OrderSubmitted'>['request'];

/** What leaves execution for the exchange. *Shape*: `epoch` null where nothing on the wire says it. */
export interface Leaving {
  /** An order; null where it is a cancel alone. */
  readonly order:
    | (Pick<Request, 'clientOrderId' | 'instrument' | 'side'> & { readonly quantity: string })
    | null;
  /** The order that it cancels. */
  readonly cancels: string | null;
  readonly epoch: number | null;
}

/** Returns what a request to the paper exchange is; undefined for a read. */
export function paperLeaving(subject: string, data: Uint8Array): Leaving | undefined {
  if (subject.endsWith('.cancel'))
    return { order: null, cancels: codecs.CancelOrderRequest.decode(data).clientOrderId, epoch: null };
  if (subject.endsWith('.submit')) {
    const { order, epoch } = codecs.SubmitOrderRequest.decode(data);
    return { order: { ...order, quantity: `${order.quantity}` }, cancels: null, epoch };
  }
  if (!subject.endsWith('.replace')) return undefined;
  const { order, epoch, replaces } = codecs.ReplaceOrderRequest.decode(data);
  return { order: { ...order, quantity: `${order.quantity}` }, cancels: replaces, epoch };
}

/** Where orders go, at either of Binance's markets. */
const ORDERS = /^\/f?api\/v\d\/(order|algoOrder|order\/cancelReplace)$/;

/** Returns what a request to one of Binance's markets is; undefined for a read. */
export function binanceLeaving({ method, url }: HeardRequest, market: 'spot' | 'perp'): Leaving | undefined {
  const [path = '', query = ''] = url.split('?');
  if (!ORDERS.test(path) || (method !== 'POST' && method !== 'DELETE')) return undefined;
  const sent = new URLSearchParams(query);
  const of = (...names: readonly string[]) =>
    names.map((name) => sent.get(name)).find((text) => text !== null);
  if (method === 'DELETE')
    return { order: null, cancels: of('origClientOrderId', 'clientAlgoId') ?? null, epoch: null };
  return {
    order: {
      clientOrderId: of('newClientOrderId', 'clientAlgoId') as Request['clientOrderId'],
      instrument: `binance.${market}.${of('symbol')}` as Request['instrument'],
      ...{ side: of('side') === 'BUY' ? 'buy' : 'sell', quantity: of('quantity') ?? '' },
    },
    cancels: of('cancelOrigClientOrderId') ?? null,
    epoch: null,
  };
}
