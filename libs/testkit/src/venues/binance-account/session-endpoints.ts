import type { Endpoint } from './endpoint.ts';

/** What may be asked of a connection itself; the answers of those with a key are that key. */
export const SESSION_ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  time: { security: 'NONE', weight: () => 1, answer: () => null },
  ping: { security: 'NONE', weight: () => 1, answer: () => null },
  'session.logon': { security: 'USER_DATA', weight: () => 2, answer: ({ key }) => key },
  'session.status': { security: 'NONE', weight: () => 2, answer: () => null },
  'session.logout': { security: 'NONE', weight: () => 2, answer: () => null },
  'session.subscriptions': { security: 'NONE', weight: () => 2, answer: () => null },
  'userDataStream.subscribe': { security: 'KEY', weight: () => 2, answer: ({ key }) => key },
  'userDataStream.subscribe.signature': {
    ...{ security: 'USER_DATA', weight: () => 2, answer: ({ key }) => key },
  },
  'userDataStream.unsubscribe': { security: 'NONE', weight: () => 2, answer: () => null },
};
