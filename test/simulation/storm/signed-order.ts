import { createHmac } from 'node:crypto';
import type { HeardRequest } from '@algo/testkit/venues';
import { KEY } from './key-files.ts';

/** Returns a request of the account's owner, as a page of the exchange would send it by hand. */
export function signedOrder(
  method: 'POST' | 'DELETE',
  path: string,
  parameters: Readonly<Record<string, string>>,
): HeardRequest {
  const query = new URLSearchParams(parameters).toString();
  const signature = createHmac('sha256', KEY.secret).update(query).digest('hex');
  return {
    ...{ method, url: `${path}?${query}&signature=${signature}`, body: '', address: '127.0.0.1' },
    headers: { 'x-mbx-apikey': KEY.apiKey },
  };
}
