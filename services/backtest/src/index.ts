export { type ComposedEngine, composeEngine, type EngineSettings } from './compose.ts';
export { DISCARDED_ROWS } from './discarded-rows.ts';
export { type RecordedRun, type ReplayedProcess, replay } from './replay.ts';
export { replayCommand } from './replay-command.ts';
export { type BacktestResult, type BacktestSettings, runBacktest } from './run-backtest.ts';
export { MergedTape, type Tape, type TapeLane, type TapeRows, type TapeStretch } from './tape.ts';
