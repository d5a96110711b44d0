export * from './document-store.ts';
export * from './file-snapshots.ts';
export * from './write-ahead-log.ts';
