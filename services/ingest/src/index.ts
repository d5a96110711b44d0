export { FeedRun } from './adapters/feed-run.ts';
export { type FeedSpeech, lastTradeIn } from './adapters/feed-speech.ts';
