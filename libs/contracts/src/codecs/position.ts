import type { Position, PositionEvent } from '@algo/model';
import { codec, nested, part, tagged } from '../codec.ts';
import { decimal, oneWordOf, whole } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import { exitReason } from './order.ts';
import { account, direction, instrument, position as positionName, strategy } from './vocabulary.ts';

const position = part<Position>('Position', {
  id: positionName,
  account,
  instrument,
  strategy,
  direction,
  quantity: decimal,
  averagePrice: decimal,
  realized: decimal,
  fees: decimal,
  openedUs: whole,
});

type CloseReason = Extract<PositionEvent, { type: 'PositionClosed' }>['reason'];

const closeReason = oneWordOf<CloseReason>('CloseReason', {
  trailing_stop: 1,
  initial_stop: 2,
  target: 3,
  hold_time: 4,
  circuit_breaker: 5,
  health: 6,
  operator: 7,
  residual: 8,
  external: 9,
});

/** What every position event says first. */
const base = { position: nested(position), timeUs: whole };

export const positionCodecs = {
  PositionOpened: codec(
    algo.v1.PositionOpened,
    tagged<PositionEvent, 'PositionOpened'>('PositionOpened', { ...base, stopPrice: decimal }),
  ),
  PositionIncreased: codec(
    algo.v1.PositionIncreased,
    tagged<PositionEvent, 'PositionIncreased'>('PositionIncreased', { ...base, by: decimal, price: decimal }),
  ),
  PositionReduced: codec(
    algo.v1.PositionReduced,
    tagged<PositionEvent, 'PositionReduced'>('PositionReduced', { ...base, by: decimal, price: decimal }),
  ),
  PositionClosed: codec(
    algo.v1.PositionClosed,
    tagged<PositionEvent, 'PositionClosed'>('PositionClosed', {
      ...base,
      exitPrice: decimal,
      netPnl: decimal,
      returnPercent: decimal,
      reason: closeReason,
    }),
  ),
  StopMoved: codec(
    algo.v1.StopMoved,
    tagged<PositionEvent, 'StopMoved'>('StopMoved', {
      ...base,
      from: decimal,
      to: decimal,
      bestPrice: decimal,
    }),
  ),
  ExitTriggered: codec(
    algo.v1.ExitTriggered,
    tagged<PositionEvent, 'ExitTriggered'>('ExitTriggered', {
      ...base,
      reason: exitReason,
      triggerPrice: decimal,
      level: decimal,
    }),
  ),
};
