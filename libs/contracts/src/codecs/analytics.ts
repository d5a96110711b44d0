import {
  type Bounce,
  type FairValueGap,
  type FlowWindow,
  type GapKind,
  type GapStatus,
  gapId,
  type MarketProfile,
  type MarketState,
  type Microstructure,
  type OrderFlow,
  type Regime,
  type Signal,
  type Zone,
  type ZoneKind,
  type ZoneOrigin,
  type ZoneStatus,
  zoneId,
} from '@algo/model';
import { codec, nested, part, wrapped } from '../codec.ts';
import { double, flag, id, list, oneWordOf, orNull, whole } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import { direction, instrument, signal as signalName, timeframe } from './vocabulary.ts';

const maybe = orNull(double);

const flow = part<OrderFlow>('OrderFlow', {
  window: oneWordOf<FlowWindow>('FlowWindow', { '15s': 1, '1m': 2, '5m': 3, '15m': 4 }),
  buyVolume: double,
  sellVolume: double,
  buyTrades: whole,
  sellTrades: whole,
  delta: double,
  imbalance: double,
  boundedImbalance: double,
});

const regime = part<Regime>('Regime', {
  timeframe,
  bars: whole,
  close: double,
  ema20: maybe,
  ema50: maybe,
  ema200: maybe,
  adx14: maybe,
  atr14: maybe,
  atrPercent: maybe,
  persistence: maybe,
  meanReversion: maybe,
  autocorrelation: maybe,
  deviation: maybe,
});

const microstructure = part<Microstructure>('Microstructure', {
  signal: oneWordOf<Microstructure['signal']>('TapeSignal', { bullish: 1, bearish: 2, neutral: 3 }),
  fastZ: double,
  slowZ: double,
  mid: maybe,
  flipSpread: maybe,
});

const profile = part<MarketProfile>('MarketProfile', {
  scope: oneWordOf<MarketProfile['scope']>('ProfileScope', { session: 1, 'previous-session': 2 }),
  poc: double,
  pocRunnerUp: double,
  valueAreaLow: double,
  valueAreaHigh: double,
  volume: double,
});

const bounce = part<Bounce>('Bounce', { strength: maybe, volumeRatio: maybe });

const zone = part<Zone>('Zone', {
  id: id(zoneId),
  instrument,
  timeframe,
  kind: oneWordOf<ZoneKind>('ZoneKind', { demand: 1, supply: 2 }),
  origin: oneWordOf<ZoneOrigin>('ZoneOrigin', { rejection: 1, 'base-impulse': 2 }),
  low: double,
  high: double,
  strength: double,
  status: oneWordOf<ZoneStatus>('ZoneStatus', { fresh: 1, tested: 2, broken: 3, expired: 4 }),
  touches: whole,
  firstSeenUs: whole,
  lastTestedUs: whole,
});

const gap = part<FairValueGap>('FairValueGap', {
  id: id(gapId),
  instrument,
  timeframe,
  kind: oneWordOf<GapKind>('GapKind', { bullish: 1, bearish: 2 }),
  low: double,
  high: double,
  filled: double,
  status: oneWordOf<GapStatus>('GapStatus', { open: 1, partial: 2, filled: 3, inverted: 4 }),
  createdUs: whole,
  filledUs: whole,
});

const state = part<MarketState>('MarketState', {
  instrument,
  timeUs: whole,
  price: double,
  complete: flag,
  trades: whole,
  cvd: double,
  flow: list(nested(flow)),
  regimes: list(nested(regime)),
  microstructure: orNull(nested(microstructure)),
  session: orNull(nested(profile)),
  previousSession: orNull(nested(profile)),
  bounce: nested(bounce),
  zones: list(nested(zone)),
  gaps: list(nested(gap)),
});

const signal = part<Signal>('Signal', { id: signalName, direction, state: nested(state) });

export const analyticsCodecs = {
  MarketStateUpdated: codec(algo.v1.MarketStateUpdated, wrapped('MarketStateUpdated', 'state', state)),
  SignalGenerated: codec(algo.v1.SignalGenerated, wrapped('SignalGenerated', 'signal', signal)),
  ZoneChanged: codec(algo.v1.ZoneChanged, wrapped('ZoneChanged', 'zone', zone)),
  GapChanged: codec(algo.v1.GapChanged, wrapped('GapChanged', 'gap', gap)),
};
