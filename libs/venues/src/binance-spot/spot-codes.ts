import type { CodeTable, Meaning } from '../binance/verdict.ts';

/** Every documented code of spot that a request of ours may meet. *Source*: errors.md. */
export const SPOT_CODES: Readonly<Record<number, readonly [name: string, meaning: Meaning]>> = {
  [-1000]: ['UNKNOWN', 'unknown'],
  [-1001]: ['DISCONNECTED', 'unknown'],
  [-1002]: ['UNAUTHORIZED', 'fault'],
  [-1003]: ['TOO_MANY_REQUESTS', 'not_now'],
  [-1006]: ['UNEXPECTED_RESP', 'unknown'],
  [-1007]: ['TIMEOUT', 'unknown'],
  [-1008]: ['SERVER_BUSY', 'unknown'],
  [-1010]: ['ERROR_MSG_RECEIVED', 'unknown'],
  [-1013]: ['INVALID_MESSAGE', 'refused'],
  [-1014]: ['UNKNOWN_ORDER_COMPOSITION', 'fault'],
  [-1015]: ['TOO_MANY_ORDERS', 'not_now'],
  [-1016]: ['SERVICE_SHUTTING_DOWN', 'unknown'],
  [-1020]: ['UNSUPPORTED_OPERATION', 'fault'],
  [-1021]: ['INVALID_TIMESTAMP', 'not_now'],
  [-1022]: ['INVALID_SIGNATURE', 'fault'],
  [-1033]: ['COMP_ID_IN_USE', 'unknown'],
  [-1034]: ['TOO_MANY_CONNECTIONS', 'not_now'],
  [-1035]: ['LOGGED_OUT', 'unknown'],
  ...faults([
    [-1100, 'ILLEGAL_CHARS'],
    [-1101, 'TOO_MANY_PARAMETERS'],
    [-1102, 'MANDATORY_PARAM_EMPTY_OR_MALFORMED'],
    [-1103, 'UNKNOWN_PARAM'],
    [-1104, 'UNREAD_PARAMETERS'],
    [-1105, 'PARAM_EMPTY'],
    [-1106, 'PARAM_NOT_REQUIRED'],
    [-1108, 'PARAM_OVERFLOW'],
    [-1111, 'BAD_PRECISION'],
  ]),
  [-1112]: ['NO_DEPTH', 'refused'],
  ...faults([
    [-1114, 'TIF_NOT_REQUIRED'],
    [-1115, 'INVALID_TIF'],
    [-1116, 'INVALID_ORDER_TYPE'],
    [-1117, 'INVALID_SIDE'],
    [-1118, 'EMPTY_NEW_CL_ORD_ID'],
    [-1119, 'EMPTY_ORG_CL_ORD_ID'],
    [-1120, 'BAD_INTERVAL'],
    [-1121, 'BAD_SYMBOL'],
    [-1122, 'INVALID_SYMBOLSTATUS'],
    [-1125, 'INVALID_LISTEN_KEY'],
    [-1127, 'MORE_THAN_XX_HOURS'],
    [-1128, 'OPTIONAL_PARAMS_BAD_COMBO'],
    [-1130, 'INVALID_PARAMETER'],
    [-1134, 'BAD_STRATEGY_TYPE'],
    [-1135, 'INVALID_JSON'],
    [-1139, 'INVALID_TICKER_TYPE'],
    [-1145, 'INVALID_CANCEL_RESTRICTIONS'],
    [-1151, 'DUPLICATE_SYMBOLS'],
    [-1152, 'INVALID_SBE_HEADER'],
    [-1153, 'UNSUPPORTED_SCHEMA_ID'],
    [-1155, 'SBE_DISABLED'],
    [-1158, 'OCO_ORDER_TYPE_REJECTED'],
    [-1160, 'OCO_ICEBERGQTY_TIMEINFORCE'],
  ]),
  // The answer could not be written; what was asked may be done.
  [-1161]: ['DEPRECATED_SCHEMA', 'unknown'],
  ...faults([
    [-1165, 'BUY_OCO_LIMIT_MUST_BE_BELOW'],
    [-1166, 'SELL_OCO_LIMIT_MUST_BE_ABOVE'],
    [-1168, 'BOTH_OCO_ORDERS_CANNOT_BE_LIMIT'],
  ]),
  // FIX and streams: no request of ours is one, so that nothing follows from such an answer.
  ...unknowns([
    [-1169, 'INVALID_TAG_NUMBER'],
    [-1170, 'TAG_NOT_DEFINED_IN_MESSAGE'],
    [-1171, 'TAG_APPEARS_MORE_THAN_ONCE'],
    [-1172, 'TAG_OUT_OF_ORDER'],
    [-1173, 'GROUP_FIELDS_OUT_OF_ORDER'],
    [-1174, 'INVALID_COMPONENT'],
    [-1175, 'RESET_SEQ_NUM_SUPPORT'],
    [-1176, 'ALREADY_LOGGED_IN'],
    [-1177, 'GARBLED_MESSAGE'],
    [-1178, 'BAD_SENDER_COMPID'],
    [-1179, 'BAD_SEQ_NUM'],
    [-1180, 'EXPECTED_LOGON'],
    [-1181, 'TOO_MANY_MESSAGES'],
    [-1182, 'PARAMS_BAD_COMBO'],
    [-1183, 'NOT_ALLOWED_IN_DROP_COPY_SESSIONS'],
    [-1184, 'DROP_COPY_SESSION_NOT_ALLOWED'],
    [-1185, 'DROP_COPY_SESSION_REQUIRED'],
    [-1186, 'NOT_ALLOWED_IN_ORDER_ENTRY_SESSIONS'],
    [-1187, 'NOT_ALLOWED_IN_MARKET_DATA_SESSIONS'],
    [-1188, 'INCORRECT_NUM_IN_GROUP_COUNT'],
    [-1189, 'DUPLICATE_ENTRIES_IN_A_GROUP'],
    [-1190, 'INVALID_REQUEST_ID'],
    [-1191, 'TOO_MANY_SUBSCRIPTIONS'],
  ]),
  ...faults([
    [-1194, 'INVALID_TIME_UNIT'],
    [-1196, 'BUY_OCO_STOP_LOSS_MUST_BE_ABOVE'],
    [-1197, 'SELL_OCO_STOP_LOSS_MUST_BE_BELOW'],
    [-1198, 'BUY_OCO_TAKE_PROFIT_MUST_BE_BELOW'],
    [-1199, 'SELL_OCO_TAKE_PROFIT_MUST_BE_ABOVE'],
    [-1210, 'INVALID_PEG_PRICE_TYPE'],
    [-1211, 'INVALID_PEG_OFFSET_TYPE'],
    [-1220, 'SYMBOL_DOES_NOT_MATCH_STATUS'],
    [-1221, 'INVALID_SBE_MESSAGE_FIELD'],
    [-1222, 'OPO_WORKING_MUST_BE_BUY'],
    [-1223, 'OPO_PENDING_MUST_BE_SELL'],
    [-1224, 'WORKING_PARAM_REQUIRED'],
    [-1225, 'PENDING_PARAM_NOT_REQUIRED'],
  ]),
  [-2010]: ['NEW_ORDER_REJECTED', 'refused'],
  [-2011]: ['CANCEL_REJECTED', 'refused'],
  [-2013]: ['NO_SUCH_ORDER', 'refused'],
  [-2014]: ['BAD_API_KEY_FMT', 'fault'],
  [-2015]: ['REJECTED_MBX_KEY', 'fault'],
  [-2016]: ['NO_TRADING_WINDOW', 'fault'],
  // Half done: only the two answers within say what.
  [-2021]: ['CANCEL_REPLACE_PARTIALLY_FAILED', 'unknown'],
  [-2022]: ['CANCEL_REPLACE_FAILED', 'unknown'],
  [-2026]: ['ORDER_ARCHIVED', 'refused'],
  [-2035]: ['SUBSCRIPTION_ACTIVE', 'fault'],
  [-2036]: ['SUBSCRIPTION_INACTIVE', 'fault'],
  [-2038]: ['ORDER_AMEND_REJECTED', 'refused'],
  [-2039]: ['CLIENT_ORDER_ID_INVALID', 'fault'],
  [-2042]: ['MAXIMUM_SUBSCRIPTION_IDS', 'not_now'],
  [-2043]: ['NO_REFERENCE_PRICE', 'refused'],
};

/**
 * Words of an error that say something else than its code does alone. *Shape*: the first that fits holds.
 * *Source*: errors.md, "Messages for -1010, -2010, -2011 and -2038", "Filter failures".
 */
export const SPOT_WORDS: readonly (readonly [codes: readonly number[], words: string, meaning: Meaning])[] = [
  // Ours is there already: that says that it arrived, not that it was refused.
  [[-2010, -1010, -1013], 'Duplicate order sent', 'unknown'],
  [[-2010, -1010, -1013, -2011], 'Market is closed', 'not_now'],
  [[-2010, -1010, -1013, -2011], 'trading is not enabled', 'not_now'],
  [[-1013], 'Filter failure: PERCENT_PRICE', 'not_now'],
  [[-1013], 'Filter failure: MAX_NUM', 'not_now'],
  [[-1013], 'Filter failure: EXCHANGE_MAX_NUM', 'not_now'],
  [[-1013], 'Filter failure: PRICE_FILTER', 'fault'],
  [[-1013], 'Filter failure: LOT_SIZE', 'fault'],
  [[-1010], 'Unknown order sent', 'refused'],
  [[-1010], 'insufficient balance', 'refused'],
  [[-1010], 'would trigger immediately', 'refused'],
  [[-1010], 'would immediately match and take', 'refused'],
];

/** What spot's errors mean. */
export const SPOT_TABLE: CodeTable = { codes: SPOT_CODES, words: SPOT_WORDS };

type Named = readonly (readonly [code: number, name: string])[];
type Rows = Readonly<Record<number, readonly [name: string, meaning: Meaning]>>;

function faults(named: Named): Rows {
  return Object.fromEntries(named.map(([code, name]) => [code, [name, 'fault'] as const]));
}

function unknowns(named: Named): Rows {
  return Object.fromEntries(named.map(([code, name]) => [code, [name, 'unknown'] as const]));
}
