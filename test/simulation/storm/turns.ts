import type { VenueFault } from './venue-faults.ts';
import type { VenueStep } from './venue-steps.ts';

/** The exchange of a storm: the one that is played here, or a stand-in behind its real adapter. */
export const EXCHANGES = ['paper', 'binance-spot', 'binance-usdm'] as const;
export type Exchange = (typeof EXCHANGES)[number];

/** The processes that live in a storm; all others are played. */
export const TARGETS = ['execution', 'position-risk', 'reconcile', 'paper-venue'] as const;
export type Target = (typeof TARGETS)[number];

/** What happens to a share of all messages or requests, for a while. */
export const SHARED = [
  ...(['busSlow', 'sendLost', 'ackLost', 'storedTwice'] as const),
  ...(['requestLost', 'requestLate', 'requestTwice', 'answerLost', 'answerLate', 'answerTwice'] as const),
] as const;
/** What is wrong with the disk of one process, for a while. */
export const OF_DISK = ['diskSlow', 'diskFull', 'fsyncError'] as const;

/**
 * What a kill or a zombie waits for, from its time on: that very input, record, or request (of the exchange:
 * answer) is the moment.
 */
export type Moment = 'time' | 'delivery' | 'append' | 'leaving record' | 'leaving';

/**
 * One fault. *Shape*: `keeps` is how many records that were on their way to the disk are on it after a kill;
 * a zombie is stopped, replaced, and goes on beside who replaced it. *Units*: virtual ms.
 */
export type Fault = VenueFault | WorldFault;

/** A fault of a process, of what is under it, or of the ways between them. */
export type WorldFault = { readonly atMs: number; readonly forMs: number } & (
  | { readonly kind: 'kill'; readonly of: Target; readonly on: Moment; readonly keeps: number }
  | { readonly kind: 'killAll'; readonly keeps: number }
  | { readonly kind: 'pause'; readonly of: Target }
  | { readonly kind: 'zombie'; readonly of: 'execution' | 'position-risk'; readonly on: Moment }
  | { readonly kind: (typeof SHARED)[number]; readonly share: number }
  | { readonly kind: (typeof OF_DISK)[number]; readonly of: Target }
  | { readonly kind: 'clockJump'; readonly of: Target; readonly byMs: number }
);

/** What decision, a person or the market does. *Units*: virtual ms; shares of price; notional quote. */
export type Step = { readonly atMs: number } & (
  | {
      readonly does: 'enter';
      readonly n: number;
      readonly instrument: number;
      readonly direction: 'long' | 'short';
      readonly style: 'market' | 'ioc' | 'gtc';
      readonly notional: number;
      readonly offset: number;
      readonly stop: number;
      readonly target: number | null;
      readonly trailing: number;
      readonly holdMs: number;
      readonly lifeMs: number;
    }
  /** Decision says a command again: the same one, or the same decision under another command's name. */
  | { readonly does: 'again'; readonly n: number; readonly renamed: boolean }
  | { readonly does: 'limit'; readonly scope: number | 'account'; readonly mode: 'halted' | 'reducing' }
  | { readonly does: 'resume'; readonly scope: number | 'account' }
  | { readonly does: 'flatten' }
  | { readonly does: 'acknowledge' | 'adopt' | 'forget'; readonly instrument: number }
  | { readonly does: 'compare' }
  | { readonly does: 'silence'; readonly forMs: number }
  | VenueStep
  | { readonly does: 'leap'; readonly instrument: number; readonly by: number }
);
