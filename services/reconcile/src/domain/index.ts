export * from './books.ts';
export * from './machine.ts';
export { reconcile } from './reconcile.ts';
export * from './reconciliation-report.ts';
