import type { Family, ServiceName } from './topology.ts';

/** What a service reads in a replayed step: from whom, and which families. */
export interface StepSource {
  readonly service: ServiceName;
  readonly families: readonly Family[];
}

/**
 * Who waits for whom while a recorded feed advances. `forward` sources must have finished this step,
 * `feedback` sources the step before it, so that what a step commands takes effect in later steps. *Source*:
 * ADR 5.
 */
export interface StepPlan {
  readonly forward: readonly StepSource[];
  readonly feedback: readonly StepSource[];
}

/** The step graph. It has no cycle within one step; every cycle passes a feedback edge. */
export const STEP_PLANS = {
  analytics: { forward: [{ service: 'ingest', families: ['md.feed', 'md.trades'] }], feedback: [] },
  'paper-venue': {
    forward: [{ service: 'ingest', families: ['md.trades'] }],
    feedback: [{ service: 'execution', families: [] }],
  },
  execution: {
    forward: [
      { service: 'ingest', families: ['md.trades'] },
      { service: 'paper-venue', families: ['venue.user'] },
    ],
    feedback: [
      { service: 'position-risk', families: ['ord.cmd', 'risk.evt'] },
      { service: 'decision', families: ['ord.cmd'] },
    ],
  },
  'position-risk': {
    forward: [
      { service: 'execution', families: ['ord.evt'] },
      { service: 'ingest', families: ['md.trades'] },
    ],
    feedback: [],
  },
  decision: {
    forward: [{ service: 'analytics', families: ['an.state', 'an.signal'] }],
    feedback: [{ service: 'position-risk', families: ['pos.evt', 'risk.evt'] }],
  },
  /** Ingest reads nothing; it holds back new steps while these are more than its window behind. */
  ingest: {
    forward: [],
    feedback: [
      { service: 'decision', families: [] },
      { service: 'position-risk', families: [] },
    ],
  },
} as const satisfies Partial<Record<ServiceName, StepPlan>>;
export type SteppedService = keyof typeof STEP_PLANS;
