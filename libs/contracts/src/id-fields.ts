import {
  accountId,
  clientOrderId,
  decisionId,
  gapId,
  instrumentId,
  positionId,
  signalId,
  strategyName,
  venueOrderId,
  venueTradeId,
  zoneId,
} from '@algo/model';
import { id } from './field.ts';

const PRINTABLE = /^[\x21-\x7e]{1,40}$/;
const instrument = id(instrumentId, /^[a-z]{1,8}\.[a-z]{1,8}\.[A-Z0-9.龙é]{1,10}$/u);
const strategy = id(strategyName);

/** Text fields that hold an id, by their names; a field named `id` goes by the name of its message. */
export const idFields = {
  account: id(accountId),
  instrument,
  instruments: instrument,
  behind: instrument,
  strategy,
  strategies: strategy,
  signal: id(signalId),
  decision: id(decisionId),
  position: id(positionId),
  positions: id(positionId),
  orders: id(clientOrderId),
  clientOrderId: id(clientOrderId),
  replaces: id(clientOrderId),
  retryOf: id(clientOrderId),
  venueOrderId: id(venueOrderId, PRINTABLE),
  venueTradeId: id(venueTradeId, PRINTABLE),
  zone: id(zoneId),
  fairValueGap: id(gapId),
};
