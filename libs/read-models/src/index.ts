export * from './entry-lines.ts';
export * from './event-tally.ts';
export { JournalBook } from './journal-book.ts';
export * from './position-list.ts';
