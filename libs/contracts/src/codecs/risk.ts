import type {
  CommandRefused,
  ControlCommand,
  DrawdownLevel,
  GuardAlive,
  HaltScope,
  RiskEvent,
  TradingMode,
} from '@algo/model';
import { codec, nested, part, tagged, union } from '../codec.ts';
import { decimal, flag, oneWordOf, orNull, text, whole, word } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import { account } from './vocabulary.ts';

const mode = oneWordOf<TradingMode>('TradingMode', { active: 1, reducing: 2, halted: 3 });

const scope = union<HaltScope, 'kind'>('HaltScope', 'kind', {
  account: part('AccountScope', { account }),
  venue: part('VenueScope', { venue: word }),
  instrument: part('InstrumentScope', { instrument: word }),
  strategy: part('StrategyScope', { strategy: word }),
});

const drawdownLevel = oneWordOf<DrawdownLevel>('DrawdownLevel', {
  none: 1,
  alert: 2,
  warning: 3,
  critical: 4,
  breaker: 5,
});

export const riskCodecs = {
  EquityMarked: codec(
    algo.v1.EquityMarked,
    tagged<RiskEvent, 'EquityMarked'>('EquityMarked', {
      account,
      equity: decimal,
      realized: decimal,
      unrealized: decimal,
      drawdown: decimal,
      timeUs: whole,
    }),
  ),
  DrawdownLevelChanged: codec(
    algo.v1.DrawdownLevelChanged,
    tagged<RiskEvent, 'DrawdownLevelChanged'>('DrawdownLevelChanged', {
      account,
      from: drawdownLevel,
      to: drawdownLevel,
      drawdown: decimal,
      timeUs: whole,
    }),
  ),
  TradingModeChanged: codec(
    algo.v1.TradingModeChanged,
    tagged<RiskEvent, 'TradingModeChanged'>('TradingModeChanged', {
      scope: nested(scope),
      mode,
      reason: text,
      by: text,
      latched: flag,
      timeUs: whole,
      commandId: orNull(text),
    }),
  ),
};

export const controlCodecs = {
  SetTradingMode: codec(
    algo.v1.SetTradingMode,
    tagged<ControlCommand, 'SetTradingMode'>('SetTradingMode', {
      commandId: word,
      scope: nested(scope),
      mode,
      reason: text,
      by: text,
      timeUs: whole,
    }),
  ),
  FlattenAll: codec(
    algo.v1.FlattenAll,
    tagged<ControlCommand, 'FlattenAll'>('FlattenAll', {
      commandId: word,
      account,
      reason: text,
      by: text,
      timeUs: whole,
    }),
  ),
  SwitchConfiguration: codec(
    algo.v1.SwitchConfiguration,
    tagged<ControlCommand, 'SwitchConfiguration'>('SwitchConfiguration', {
      commandId: word,
      configuration: word,
      by: text,
      timeUs: whole,
    }),
  ),
};

export const answerCodecs = {
  CommandRefused: codec(
    algo.v1.CommandRefused,
    part<CommandRefused>('CommandRefused', { commandId: word, reason: word, timeUs: whole }),
  ),
  GuardAlive: codec(
    algo.v1.GuardAlive,
    part<GuardAlive>('GuardAlive', { account, feed: word, timeUs: whole }),
  ),
};
