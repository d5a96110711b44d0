export * from './books.ts';
export { reconcile } from './reconcile.ts';
export * from './reconciliation-report.ts';
export { renderReport } from './render-report.ts';
