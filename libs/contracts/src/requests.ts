import type { ServiceName } from './services.ts';

/** Request subjects: asked and answered at once, kept nowhere. */
export const REQUESTS = {
  'rpc.venue': {
    messages: [
      'SubmitOrderRequest',
      'CancelOrderRequest',
      'ReplaceOrderRequest',
      'LookUpOrderRequest',
      'AccountRequest',
      'AccountEventsRequest',
    ],
    servers: ['paper-venue'],
    clients: ['execution', 'reconcile'],
  },
} as const satisfies Record<
  string,
  { messages: readonly string[]; servers: readonly ServiceName[]; clients: readonly ServiceName[] }
>;
