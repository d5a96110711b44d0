import type { Transport } from '@algo/venues';
import ccxt from 'ccxt';

/** Nobody waits longer for an answer. *Units*: virtual ms. */
const ANSWER_MAX_MS = 12_000;

interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answered {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: () => Promise<string>;
  readonly arrayBuffer: () => Promise<string>;
}

/** Returns the real ccxt, with what passes brought by a transport on virtual time. */
export function simulatedCcxt(transport: Transport) {
  const connections = transport.connect('http://ccxt');
  const request = (url: string, { method, headers, body }: Asked) =>
    new Promise<Answered>((resolve, reject) => {
      const { pathname, search } = new URL(url);
      const sent = [search.slice(1), body ?? ''].filter((part) => part !== '').join('&');
      const chunks: Buffer[] = [];
      let [status, told] = [0, {} as Readonly<Record<string, string | string[] | undefined>>];
      let abort = () => {};
      const stopWaiting = transport.after(ANSWER_MAX_MS, () => abort());
      connections.dispatch(
        { method: method as 'GET', path: sent === '' ? pathname : `${pathname}?${sent}`, headers },
        {
          onRequestStart: (controller) => {
            abort = () => controller.abort(new DOMException('no answer', 'AbortError'));
          },
          onResponseStart: (_controller, code, answered) => {
            [status, told] = [code, answered];
          },
          onResponseData: (_controller, chunk) => void chunks.push(chunk),
          onResponseEnd: () => {
            stopWaiting();
            const text = async () => Buffer.concat(chunks).toString();
            resolve({ ...{ status, statusText: '', headers: told }, text, arrayBuffer: text });
          },
          onResponseError: (_controller, error) => {
            stopWaiting();
            reject(error);
          },
        },
      );
    });
  class Binance extends ccxt.binance {
    override async loadProxyModules(): Promise<void> {}

    override async loadFetchImplementation(): Promise<void> {
      Object.assign(this, {
        ...{ AbortError: DOMException, FetchError: TypeError, undiciModule: {}, fetchIsNative: true },
        ...{ fetchImplementation: fetch, fetchImplementationLoading: Promise.resolve() },
      });
    }

    override undiciRequest(url: string, asked: Asked): Promise<Answered> {
      return request(url, asked);
    }
  }
  return { default: { binance: Binance } };
}
