export { FileLog, type FileLogOptions } from './append-log.ts';
export * from './document-store.ts';
export * from './file-snapshots.ts';
