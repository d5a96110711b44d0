export * from './books.ts';
export type { ReadingTime } from './cash-book.ts';
export * from './is-alike.ts';
export * from './machine.ts';
export { OwnLedger, type OwnLedgerState, type OwnReading } from './own-ledger.ts';
export { reconcile } from './reconcile.ts';
export * from './reconciliation-report.ts';
