export * from './code-words.ts';
export * from './entry-lines.ts';
export * from './event-tally.ts';
export { JournalBook } from './journal-book.ts';
export * from './order-list.ts';
export * from './person-list.ts';
export * from './position-list.ts';
