import type { Decimal } from '@algo/model';
import type { Asked } from '../binance-account/endpoint.ts';
import { fixed } from '../binance-account/fixed-text.ts';

/** Coins that came or went. *Units*: ms; below 0 what went. *Shape*: a reward comes from the venue itself. */
export interface Transfer {
  readonly id: number;
  readonly isReward: boolean;
  readonly account: string;
  readonly asset: string;
  readonly amount: Decimal;
  readonly timeMs: number;
}

const LIMIT = 1_000;
const [REWARDS, REWARDS_MAX] = [20, 500];

/**
 * What moved coins without a trade, as the wallet's histories tell it: none is charged, no network is waited
 * for. *Source*: wallet/capital/deposite-history.md, withdraw-history.md, wallet/asset/dust-log.md,
 * assets-divided-record.md of the venue's documents; unverified against the exchange itself.
 */
export class SpotWallet {
  readonly #transfers: Transfer[] = [];

  note(transfer: Omit<Transfer, 'id'>): void {
    this.#transfers.push({ id: this.#transfers.length + 1, ...transfer });
  }

  of(account: string): readonly Transfer[] {
    return this.#transfers.filter((each) => each.account === account);
  }

  readonly deposits = (asked: Asked): unknown =>
    this.#of(asked, (one) => !one.isReward && !one.amount.isNegative()).map(
      ({ id, asset, amount, timeMs }) => ({
        ...{ id: `${id}`, amount: fixed(amount), coin: asset, network: 'ETH', status: 1, address: '0x0' },
        ...{ addressTag: '', txId: `tx${id}`, insertTime: timeMs, transferType: 0, confirmTimes: '1/1' },
        ...{ unlockConfirm: 1, walletType: 0 },
      }),
    );

  readonly withdrawals = (asked: Asked): unknown =>
    this.#of(asked, ({ amount }) => amount.isNegative()).map(({ id, asset, amount, timeMs }) => ({
      ...{ id: `${id}`, amount: fixed(amount.negated()), transactionFee: '0', coin: asset, status: 6 },
      ...{ address: '0x0', txId: `tx${id}`, applyTime: written(timeMs), network: 'ETH', transferType: 0 },
      ...{ info: '', confirmNo: 1, walletType: 0, txKey: '' },
    }));

  /** Nobody turns dust into BNB here. */
  readonly dust = (): unknown => ({ total: 0, userAssetDribblets: [] });

  readonly rewards = (asked: Asked): unknown => {
    const rewards = this.#of(asked, ({ isReward }) => isReward, [REWARDS, REWARDS_MAX]);
    const rows = rewards.map(({ id, asset, amount, timeMs }) => ({
      ...{ id, tranId: id, asset, amount: fixed(amount), divTime: timeMs, enInfo: 'airdrop', direction: 1 },
    }));
    return { rows, total: rows.length };
  };

  /** The newest first, as the venue shows them. */
  #of(
    { account, parameters, viewMs }: Asked,
    isAsked: (transfer: Transfer) => boolean,
    [standard, most] = [LIMIT, LIMIT],
  ): Transfer[] {
    const [startMs, endMs] = [parameters.timeMs('startTime') ?? 0, parameters.timeMs('endTime') ?? viewMs];
    return this.#transfers
      .filter((each) => each.account === account && isAsked(each))
      .filter(({ timeMs }) => timeMs >= startMs && timeMs <= endMs)
      .toReversed()
      .slice(0, parameters.limit(standard, most));
  }
}

/** A time as that history writes it: UTC, `2019-10-12 11:12:02`. */
function written(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ');
}
