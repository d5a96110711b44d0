import {
  accountId,
  clientOrderId,
  type Direction,
  decisionId,
  instrumentId,
  positionId,
  type Side,
  signalId,
  strategyName,
  type Timeframe,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import { id, oneWordOf } from '../field.ts';

const PRINTABLE = /^[\x21-\x7e]{1,40}$/;

export const account = id(accountId);
export const instrument = id(instrumentId, /^[a-z]{1,8}\.[a-z]{1,8}\.[A-Z0-9]{1,10}$/);
export const strategy = id(strategyName);
export const signal = id(signalId);
export const decision = id(decisionId);
export const position = id(positionId);
export const clientOrder = id(clientOrderId);
export const venueOrder = id(venueOrderId, PRINTABLE);
export const venueTrade = id(venueTradeId, PRINTABLE);

export const side = oneWordOf<Side>('Side', { buy: 1, sell: 2 });
export const direction = oneWordOf<Direction>('Direction', { long: 1, short: 2 });
export const timeframe = oneWordOf<Timeframe>('Timeframe', { '15s': 1, '1m': 2, '5m': 3, '15m': 4, '1h': 5 });
