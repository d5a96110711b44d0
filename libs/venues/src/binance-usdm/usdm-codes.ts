import type { CodeTable, Meaning } from '../binance/verdict.ts';
import { SPOT_CODES } from '../binance-spot/spot-codes.ts';

type Rows = Readonly<Record<number, readonly [name: string, meaning: Meaning]>>;

/** Codes from -1000 to -1199 are the same on both markets. */
const SHARED: Rows = Object.fromEntries(Object.entries(SPOT_CODES).filter(([code]) => Number(code) > -1_200));

/**
 * What a code of USD-M says of the request that it answers; what is not here is unknown. *Source*: the
 * vendor's page of error codes, as clients quote it; unverified against the exchange itself.
 */
export const USDM_CODES: Rows = {
  ...SHARED,
  [-2010]: ['NEW_ORDER_REJECTED', 'refused'],
  [-2011]: ['CANCEL_REJECTED', 'refused'],
  [-2013]: ['NO_SUCH_ORDER', 'refused'],
  [-2014]: ['BAD_API_KEY_FMT', 'fault'],
  [-2015]: ['REJECTED_MBX_KEY', 'fault'],
  [-2018]: ['BALANCE_NOT_SUFFICIENT', 'refused'],
  [-2019]: ['MARGIN_NOT_SUFFICIENT', 'refused'],
  [-2020]: ['UNABLE_TO_FILL', 'refused'],
  [-2021]: ['ORDER_WOULD_IMMEDIATELY_TRIGGER', 'refused'],
  [-2022]: ['REDUCE_ONLY_REJECT', 'refused'],
  [-2023]: ['USER_IN_LIQUIDATION', 'not_now'],
  [-2024]: ['POSITION_NOT_SUFFICIENT', 'refused'],
  [-2025]: ['MAX_OPEN_ORDER_EXCEEDED', 'not_now'],
  [-2026]: ['REDUCE_ONLY_ORDER_TYPE_NOT_SUPPORTED', 'fault'],
  [-2027]: ['MAX_LEVERAGE_RATIO', 'refused'],
  [-2028]: ['MIN_LEVERAGE_RATIO', 'refused'],
  [-4003]: ['QTY_LESS_THAN_ZERO', 'fault'],
  [-4004]: ['QTY_LESS_THAN_MIN_QTY', 'fault'],
  [-4005]: ['QTY_GREATER_THAN_MAX_QTY', 'fault'],
  [-4014]: ['PRICE_NOT_INCREASED_BY_TICK_SIZE', 'fault'],
  [-4015]: ['INVALID_CL_ORD_ID_LEN', 'fault'],
  [-4016]: ['PRICE_HIGHER_THAN_MULTIPLIER_UP', 'not_now'],
  [-4024]: ['PRICE_LOWER_THAN_MULTIPLIER_DOWN', 'not_now'],
  [-4045]: ['MAX_STOP_ORDER_EXCEEDED', 'not_now'],
  [-4061]: ['INVALID_POSITION_SIDE', 'fault'],
  // *Symbol is on delivering or delivered or settling or closed or pre-trading*, as clients quote it.
  [-4108]: ['SYMBOL_NOT_TRADING', 'not_now'],
  // Ours is there already: that says that it arrived, not that it was refused.
  [-4116]: ['DUPLICATED_CLIENT_ORDER_ID', 'unknown'],
  [-4118]: ['REDUCE_ONLY_MARGIN_CHECK_FAILED', 'refused'],
  [-4120]: ['ORDER_TYPE_NEEDS_ALGO_ENDPOINT', 'fault'],
  [-4131]: ['MARKET_ORDER_REJECT', 'not_now'],
  [-4140]: ['INVALID_SYMBOL_STATUS_FOR_OPENING_POSITION', 'not_now'],
  [-4164]: ['MIN_NOTIONAL', 'fault'],
  [-5021]: ['FOK_ORDER_REJECT', 'refused'],
  [-5022]: ['GTX_ORDER_REJECT', 'refused'],
  [-5028]: ['ME_RECVWINDOW_REJECT', 'not_now'],
};

/** What USD-M's errors mean. Behind HTTP 503 the words alone say whether anything was done. */
export const USDM_TABLE: CodeTable = {
  codes: USDM_CODES,
  words: [],
  failures: [
    'Service Unavailable.',
    'Internal error; unable to process your request.',
    'Request throttled by system-level protection.',
  ],
};
