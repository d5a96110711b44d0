import type { Endpoint } from './endpoint.ts';

/** What a key may do, over `sapi`. *Source*: the official client's GetApiKeyPermissionResponse. */
export const KEY_RESTRICTIONS: Endpoint = {
  ...{ security: 'USER_DATA', weight: () => 1, known: [] },
  answer: ({ key: { rights, ips, createdMs } }) => ({
    ...{ ipRestrict: ips !== null, createTime: Math.floor(createdMs) },
    ...{ enableReading: rights.reading, enableWithdrawals: rights.withdrawals },
    ...{ enableInternalTransfer: false, enableMargin: false, enableFutures: rights.futures },
    ...{ permitsUniversalTransfer: false, enableVanillaOptions: false },
    ...{ enableFixApiTrade: false, enableFixReadOnly: true },
    ...{ enableSpotAndMarginTrading: rights.spotTrading, enablePortfolioMarginTrading: false },
  }),
};
