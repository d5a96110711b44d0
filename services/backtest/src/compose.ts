import { service as analytics } from '@algo/analytics/service';
import { FactMessage, MemoryBus, MemoryServer, VirtualClock } from '@algo/bus';
import { FAMILIES, type Fact } from '@algo/contracts';
import { service as decision, wantedByActive } from '@algo/decision/service';
import { service as execution } from '@algo/execution/service';
import { TIMEFRAMES, type Timeframe, type Wanted } from '@algo/model';
import { service as paperVenue } from '@algo/paper-venue/service';
import { barsRead, service as positionRisk } from '@algo/position-risk/service';
import { service as reconcile } from '@algo/reconcile/service';
import { Composition, createLogger, type Hosted, identityOf, readConfig } from '@algo/runtime';
import { bucketDocuments } from '@algo/state';
import { ComposedAccountStreams } from './composed-account-streams.ts';
import { ComposedPaperVenue } from './composed-paper-venue.ts';
import { DISCARDED_ROWS } from './discarded-rows.ts';

/** Far more order events than come between two readings of them by reconcile. */
const MESSAGES_MAX = 4_096;

/** What an engine in one process is composed of. */
export interface EngineSettings {
  /**
   * What its services are configured by, as their processes would be: `ALGO_TRADING_CONFIG`, `ALGO_SEED`
   * …
   */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of each fact that a service says, at its turn: a state may be looked into only there. */
  observe(fact: Fact): void;
  readonly byWire?: boolean;
  /** Analytics computes all that there is, as live, not what the configuration's strategies read. */
  readonly everything?: boolean;
  readonly restoreBefore?: (identity: string, input: number) => boolean;
}

/** An engine in one process, and the machines in it that nobody feeds but the tape. */
export interface ComposedEngine extends AsyncDisposable {
  readonly composition: Composition;
  readonly analytics: readonly Hosted[];
}

/**
 * Composes the engine of one account with the paper exchange that it trades at. *Errors*: as the services
 * refuse their configuration.
 */
export async function composeEngine({
  environment,
  observe,
  everything = false,
  ...parts
}: EngineSettings): Promise<ComposedEngine> {
  const server = new MemoryServer(new VirtualClock(), { messagesMax: MESSAGES_MAX });
  const keep = orderHistory(server);
  const streams = new ComposedAccountStreams();
  const composition: Composition = new Composition({
    ...parts,
    observe(fact) {
      keep(fact);
      streams.take(fact);
      observe(fact);
    },
    bus: (identity) => new MemoryBus(server, identity),
    log: (identity) => createLogger(identity, environment.ALGO_LOG_LEVEL ?? 'silent'),
    exchange: (account) => ({
      venue: new ComposedPaperVenue(composition.machineOf(identityOf('paper-venue', account))),
      accountStream: streams.stream(account),
    }),
    openRowStore: () => DISCARDED_ROWS,
  });
  // Who is asked comes before who asks; of one fact, the exchange hears first.
  await composition.add(paperVenue, readConfig('paper-venue', paperVenue.config, environment));
  await composition.add(reconcile, readConfig('reconcile', reconcile.config, environment));
  await composition.add(execution, readConfig('execution', execution.config, environment));
  const guarding = readConfig('position-risk', positionRisk.config, environment);
  await composition.add(positionRisk, guarding);
  const deciding = readConfig('decision', decision.config, environment);
  await composition.add(decision, deciding);
  const documents = bucketDocuments(new MemoryBus(server, 'analytics').bucket('documents'));
  const wanted = await wantedByActive(documents, deciding);
  const bars: readonly Timeframe[] = [...wanted.timeframes, ...barsRead(guarding)];
  const timeframes = TIMEFRAMES.filter((timeframe) => bars.includes(timeframe));
  const asked = everything ? {} : namesOf({ ...wanted, timeframes });
  const { analyticsInstances: shards = 1 } = readConfig('analytics', analytics.config, environment);
  for (let ordinal = 0; ordinal < shards; ordinal++) {
    const own = { ...asked, ...environment, ALGO_ORDINAL: String(ordinal) };
    await composition.add(analytics, readConfig('analytics', analytics.config, own));
  }
  await composition.ready();
  return {
    composition,
    analytics: Array.from({ length: shards }, (_, ordinal) =>
      composition.machineOf(identityOf('analytics', ordinal)),
    ),
    [Symbol.asyncDispose]: () => composition[Symbol.asyncDispose](),
  };
}

/** Returns what analytics is asked for as its configuration names it. */
function namesOf({ rules, timeframes, features, profiles, rows }: Wanted): Record<string, string> {
  return {
    ALGO_RULE_SETS: rules.join(','),
    ALGO_TIMEFRAMES: timeframes.join(','),
    ALGO_FEATURES: features.join(','),
    ALGO_PROFILES: profiles.join(','),
    ALGO_STORES_FLOW: String(rows),
  };
}

const ORDER_EVENTS: ReadonlySet<string> = new Set(FAMILIES['ord.evt'].messages);

/** Returns what keeps order events where reconcile reads them: in their stream, as execution's lane. */
function orderHistory(server: MemoryServer): (fact: Fact) => void {
  const speaker = { identity: 'execution', account: '' };
  const stream = server.stream(FAMILIES['ord.evt'].stream);
  let count = 0;
  return (fact) => {
    if (!ORDER_EVENTS.has(fact.name)) return;
    const lane = { producer: speaker.identity, epoch: 1, count: ++count };
    stream.store(FactMessage.said(fact, speaker, { lane }));
  };
}
