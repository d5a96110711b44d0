export * from './mail.ts';
export * from './mail-desk.ts';
export * from './notice.ts';
export * from './notice-of.ts';
export * from './outbox.ts';
export * from './stream-filling.ts';
