import type { Transport } from '../transport.ts';
import type { AccountAnswer, AccountWire } from './account-wire.ts';
import type { ApiKey } from './api-key.ts';
import { CcxtWire } from './ccxt-wire.ts';
import { DirectWire } from './direct-wire.ts';
import { TwoWires } from './two-wires.ts';
import { type CodeTable, verdictOf } from './verdict.ts';

/** Over what requests of an account may go. */
export const REQUEST_PATHS = ['direct', 'ccxt'] as const;
export type RequestPath = (typeof REQUEST_PATHS)[number];

/** By which way requests go, and by which where that one is dead. */
export interface RequestPaths {
  readonly primary: RequestPath;
  readonly fallback?: RequestPath;
  /** Where the fallback asks, where that is another address of the venue. */
  readonly fallbackUrl?: string;
  /** Where ccxt comes from; from its package where nothing is said. */
  readonly loadCcxt?: () => Promise<object>;
}

export interface WireParts {
  readonly url: string;
  readonly key: ApiKey;
  readonly monotonicMs: () => number;
  readonly transport: Transport;
  readonly table: CodeTable;
}

/** Returns the way of an account's requests. */
export function openWire(parts: WireParts, paths: RequestPaths = { primary: 'direct' }): AccountWire {
  const { primary, fallback, fallbackUrl, loadCcxt } = paths;
  const withCcxt = { ...parts, ...(loadCcxt && { loadCcxt }) };
  const first = wireOf(primary, withCcxt);
  if (fallback === undefined) return first;
  const second = wireOf(fallback, { ...withCcxt, url: fallbackUrl ?? parts.url });
  return new TwoWires(first, second, {
    isUnknown: (answer) => isUnknown(parts.table, answer),
    monotonicMs: parts.monotonicMs,
  });
}

function wireOf(path: RequestPath, parts: WireParts & Pick<RequestPaths, 'loadCcxt'>): AccountWire {
  switch (path) {
    case 'direct':
      return new DirectWire(parts);
    case 'ccxt':
      return new CcxtWire(parts);
    default:
      return path satisfies never;
  }
}

function isUnknown(
  table: CodeTable,
  { retryAfterS, status, text }: Extract<AccountAnswer, { type: 'answered' }>,
): boolean {
  return status !== 200 && verdictOf(table, status, text, retryAfterS).type === 'unknown';
}
