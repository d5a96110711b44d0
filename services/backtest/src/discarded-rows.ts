import type { RowStore } from '@algo/tickstore';

/** A store that keeps nothing: a backtest reads its rows nowhere. */
export const DISCARDED_ROWS: RowStore = {
  openInstrument: async () => ({ position: 0, trades: 0, lastTradeId: null, rolledToUs: 0 }),
  closeInstrument: async () => ({ position: 0, trades: 0, lastTradeId: null, rolledToUs: 0 }),
  append() {},
  commitUpTo() {},
  rollBy() {},
  flush: async () => {},
  ready: async () => {},
  stats: () => ({
    storedTrades: 0,
    storedRows: 0,
    pendingRows: 0,
    commits: 0,
    failedCommits: 0,
    lastCommitMs: 0,
    openFiles: 0,
    checkpoints: 0,
  }),
  backlog: 0,
  isBehind: false,
  async [Symbol.asyncDispose]() {},
};
