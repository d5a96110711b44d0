export * from './document-store.ts';
export * from './file-snapshots.ts';
