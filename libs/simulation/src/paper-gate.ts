import { type AccountId, type TimeUs, US_PER_MS, US_PER_SECOND } from '@algo/model';
import type { Refusal } from './paper-filters.ts';
import type { PaperVices } from './paper-vices.ts';

/** Requests are counted in windows of this length. */
const WINDOW_US = 10 * US_PER_SECOND;
/** One who sends this many times the limit within a window is banned. */
const BAN_AT = 2;
/** Unless the settings say otherwise. */
const BAN_S = 120;

/** What one account has sent. *Shape*: `window` counts from 1970. */
export interface GateCount {
  readonly window: number;
  readonly requests: number;
  readonly bannedUntilUs: TimeUs;
}

/** Refuses writes while the exchange is in maintenance, and of an account that sends too many. */
export class PaperGate {
  private readonly vices: PaperVices;
  private readonly counts: Map<AccountId, GateCount>;

  constructor(vices: PaperVices, counts: ReadonlyMap<AccountId, GateCount>) {
    this.vices = vices;
    this.counts = new Map(counts);
  }

  /** Returns why a write at this time is refused; null lets it pass. Refused ones count too. */
  refusal(account: AccountId, write: 'submit' | 'cancel', timeUs: TimeUs): Refusal | null {
    return this.limited(account, timeUs) ?? this.maintained(write, timeUs);
  }

  snapshot(): ReadonlyMap<AccountId, GateCount> {
    return new Map(this.counts);
  }

  private limited(account: AccountId, timeUs: TimeUs): Refusal | null {
    const { requestsPer10s } = this.vices;
    if (requestsPer10s === 0) return null;
    const window = Math.floor(timeUs / WINDOW_US);
    const last = this.counts.get(account);
    const requests = last?.window === window ? last.requests + 1 : 1;
    const isTooMany = requests > BAN_AT * requestsPer10s;
    const banUs = (this.vices.banS || BAN_S) * US_PER_SECOND;
    const bannedUntilUs = Math.max(last?.bannedUntilUs ?? 0, isTooMany ? timeUs + banUs : 0);
    this.counts.set(account, { window, requests, bannedUntilUs });
    if (bannedUntilUs > timeUs) return later('banned', bannedUntilUs - timeUs);
    if (requests <= requestsPer10s) return null;
    return later('rate_limited', (window + 1) * WINDOW_US - timeUs);
  }

  private maintained(write: 'submit' | 'cancel', timeUs: TimeUs): Refusal | null {
    const { maintenanceEveryS, cancelOnlyS, closedS } = this.vices;
    if (maintenanceEveryS === 0) return null;
    const leftUs = maintenanceEveryS * US_PER_SECOND - (timeUs % (maintenanceEveryS * US_PER_SECOND));
    if (leftUs <= closedS * US_PER_SECOND) return later('closed', leftUs);
    const isCancelOnly = leftUs <= (closedS + cancelOnlyS) * US_PER_SECOND;
    return isCancelOnly && write === 'submit' ? later('cancel_only', leftUs) : null;
  }
}

function later(code: Refusal['code'], us: TimeUs): Refusal {
  const retryAfterMs = Math.ceil(us / US_PER_MS);
  return { code, detail: `again in ${retryAfterMs / 1_000} s`, retryAfterMs };
}
