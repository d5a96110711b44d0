import { FactMessage, type InboundMessage, type LaneSpeaker, MemoryBus, type VirtualClock } from '@algo/bus';
import type { Family, StreamName } from '@algo/contracts';
import { SeededRandom } from '@algo/simulation';
import type { OpenExchange } from '@algo/venues';
import { ENVIRONMENT } from '../environment.ts';
import { SimulatedEngine } from '../simulated-engine.ts';
import type { RequestWire, SimulatedLife, SimulatedLog } from '../simulated-life.ts';
import { freshClock, type Storm } from '../simulated-world.ts';
import { ACCOUNT } from '../stage.ts';
import { FaultyDisk } from './faulty-disk.ts';
import { Judge } from './judge.ts';
import { type Leaving, paperLeaving } from './leaving.ts';
import { PaperHouse } from './paper-house.ts';
import { type Fault, type Moment, type Scenario, TARGETS, type Target } from './scenario.ts';
import { SpotHouse } from './spot-house.ts';
import type { StormHouse } from './storm-house.ts';
import { UsdmHouse } from './usdm-house.ts';
import { Weather } from './weather.ts';

const RESTART_MS = 500;
const LATE_COPIES_MS = 3_000;
/** A zombie that has gone on is ended for good after so long. *Units*: virtual ms. */
const ZOMBIE_MS = 3_000;

const PLAYED = {
  'ingest.synthetic': ['md.trades', 'md.time'],
  'decision.paper-main': ['ord.cmd'],
} as const satisfies Record<string, readonly Family[]>;

/** Real processes in a world that fails by plan, under the eyes of a judge. */
export class StormWorld implements Storm {
  readonly clock = freshClock();
  readonly engine: SimulatedEngine;
  readonly judge: Judge;
  readonly house: StormHouse;
  readonly weather: Weather;
  readonly wire: Weather;
  readonly speakers = new Map<keyof typeof PLAYED, LaneSpeaker>();
  readonly #random: SeededRandom;
  readonly #disks = new Map<string, FaultyDisk>();
  readonly #lives = new Map<string, SimulatedLife>();
  readonly #forsaken = new Set<SimulatedLife>();
  readonly #epochs = new Map<SimulatedLife, number>();
  /** Faults that wait for their moment. */
  #armed: (Extract<Fault, { readonly on: Moment }> & { readonly run: () => void })[] = [];
  #hasHealed = false;

  constructor(scenario: Scenario, inputsMax: number) {
    const { seed, isWide } = scenario;
    this.#random = SeededRandom.seeded(seed).stream('storm');
    const nowMs = () => this.clock.nowMs();
    this.weather = new Weather(this.#random.stream('weather'), nowMs);
    this.wire = this.weather;
    this.house = this.#houseOf(scenario, inputsMax);
    this.engine = new SimulatedEngine({
      ...{ seed, storm: this, clock: this.clock },
      environment: {
        ...ENVIRONMENT,
        ...this.house.environment,
        ALGO_SEED: `${seed}`,
        ...(isWide && { ALGO_LIMITS_FILE: 'test/simulation/storm/tight-limits.yaml' }),
        ALGO_SNAPSHOT_INTERVAL_MS: '8000',
      },
      ...(this.house.openFor && { openVenue: (life) => this.#openFor(life) }),
    });
    this.judge = new Judge(this.house.truth, nowMs, isWide);
    this.house.onBroken = (invariant, detail) => this.judge.notes.broken(invariant, detail);
    this.judge.onFence = (epoch) => {
      const life = this.engine.lifeOf(identityOf('execution'));
      if (life !== undefined) this.#epochs.set(life, epoch);
    };
    this.weather.onAckLost = () => this.judge.notes.saw('acknowledgement lost');
  }

  async open(): Promise<void> {
    await this.judge.follow(this.engine.server);
    for (const [identity, says] of Object.entries(PLAYED) as [keyof typeof PLAYED, readonly Family[]][]) {
      const account = identity.startsWith('ingest') ? '' : ACCOUNT;
      this.speakers.set(identity, await this.engine.speaker(identity, account, says));
    }
    await this.#copyLate();
    for (const target of this.house.targets) this.begin(target);
  }

  /** Begins a fault; it ends by itself, and all have ended once all has healed. */
  begins(fault: Fault): void {
    for (const stand of this.judge.orders.stands()) this.judge.notes.met.add(`${fault.kind} × ${stand}`);
    switch (fault.kind) {
      case 'kill':
        this.#arm(fault, () => this.#kill([fault.of], fault.forMs, fault.keeps));
        return;
      case 'killAll':
        this.#kill(this.house.targets, fault.forMs, fault.keeps);
        return;
      case 'pause':
        this.#pause(fault.of, fault.forMs);
        return;
      case 'zombie':
        this.#arm(fault, () => this.#replace(fault.of, fault.forMs));
        return;
      default:
        this.weather.begin(fault);
        this.house.begin(fault);
        this.clock.after(fault.forMs, () => this.#end(fault));
    }
  }

  /** Nothing fails from here on, and everybody lives. */
  heal(faults: readonly Fault[]): void {
    this.#hasHealed = true;
    this.#armed = [];
    for (const fault of faults) this.#end(fault);
    for (const life of this.#forsaken) life.end();
    for (const target of this.house.targets) {
      this.engine.lifeOf(identityOf(target))?.goOn();
      this.begin(target);
    }
  }

  begin(target: Target): void {
    const identity = identityOf(target);
    if (!this.engine.lives(identity)) void this.engine.begin(identity);
  }

  isHeard(target: Target): boolean {
    return this.engine.isUp(identityOf(target)) && !this.weather.isHindered(target);
  }

  openLog(identity: string, clock: VirtualClock): SimulatedLog {
    const target = targetOf(identity);
    const disk = new FaultyDisk(
      clock,
      () => (target === undefined ? { flushMs: 0, error: null } : this.weather.disk(target)),
      (isLeaving) => {
        this.#meets(target, 'append');
        if (isLeaving) this.#meets(target, 'leaving record');
      },
    );
    this.#disks.set(identity, disk);
    return disk;
  }

  requestsOf(identity: string, life: () => SimulatedLife): RequestWire {
    const target = targetOf(identity)!;
    queueMicrotask(() => this.#lives.set(life().named.name, life()));
    return {
      arrivalsMs: (_, way) => this.weather.arrivalsMs(way),
      skewMs: () => this.weather.skewMs(target),
      onRequest: () => {},
      onLeaving: (subject, data) => {
        const leaving = target === 'execution' ? paperLeaving(subject, data) : undefined;
        if (leaving !== undefined) this.#leaves(leaving, life());
        this.#meets(target, 'leaving');
      },
      onAnswering: () => {
        if (life() === this.engine.lifeOf(identity)) this.#meets(target, 'leaving');
      },
      onDelivery: (message) => {
        if (life() !== this.engine.lifeOf(identity)) return;
        this.#meets(target, 'delivery');
        if (target === 'execution' && !life().isOver && !life().isStopped) this.judge.given(message);
      },
    };
  }

  isOver(_identity: string, name: string): boolean {
    return this.#lives.get(name)?.isOver ?? true;
  }

  ended(identity: string, life: SimulatedLife, error: Error): void {
    if (life.isOver) return;
    if (this.#forsaken.delete(life)) {
      this.judge.notes.saw('zombie refused');
      life.end();
      return;
    }
    if (!/lease|ENOSPC|EIO/.test(error.message))
      this.judge.notes.broken('nobody falls over', `${identity}: ${error.message}`);
    this.engine.kill(identity);
    this.clock.after(RESTART_MS, () => this.begin(targetOf(identity)!));
  }

  #houseOf(scenario: Scenario, inputsMax: number): StormHouse {
    if (scenario.exchange === 'paper')
      return new PaperHouse(
        ...([scenario, inputsMax, () => this.engine, () => this.isHeard('paper-venue')] as const),
      );
    const parts = { weather: this.weather, random: this.#random.stream('venue'), clock: this.clock };
    return scenario.exchange === 'binance-spot'
      ? new SpotHouse(scenario, parts)
      : new UsdmHouse(scenario, parts);
  }

  #openFor(life: SimulatedLife): Promise<OpenExchange> {
    const target = targetOf(life.bus.identity)!;
    return this.house.openFor!(life, (leaving) => {
      if (target === 'execution') this.#leaves(leaving, life);
      if (life === this.engine.lifeOf(life.bus.identity)) this.#meets(target, 'leaving');
    });
  }

  #leaves(leaving: Leaving, life: SimulatedLife): void {
    this.judge.wire.leaves(leaving, (id) => ({
      logged: this.#disks.get(life.bus.identity)!.knowsOf(id),
      isForsaken: this.#forsaken.has(life),
      isClockRight: this.weather.skewMs('execution') === 0,
      epoch: this.#epochs.get(life) ?? 0,
    }));
  }

  #end(fault: Fault): void {
    this.weather.end(fault);
    this.house.end(fault);
  }

  #arm(fault: Extract<Fault, { readonly on: Moment }>, run: () => void): void {
    if (fault.on === 'time') run();
    else this.#armed.push({ ...fault, run });
  }

  #meets(target: Target | undefined, on: Moment): void {
    const met = this.#armed.find((fault) => fault.of === target && fault.on === on);
    if (met === undefined) return;
    this.#armed = this.#armed.filter((fault) => fault !== met);
    if (on === 'append' || on === 'leaving record') this.clock.after(0, met.run);
    else met.run();
  }

  #kill(targets: readonly Target[], forMs: number, keeps: number): void {
    for (const target of targets) {
      if (target === 'execution' && this.judge.orders.stands().has('part filled'))
        this.judge.notes.saw('part fill and restart');
      this.#disks.get(identityOf(target))!.keeps = keeps;
      this.engine.kill(identityOf(target));
    }
    for (const target of targets) this.clock.after(forMs, () => this.begin(target));
  }

  #pause(target: Target, forMs: number): void {
    const life = this.engine.lifeOf(identityOf(target));
    if (life === undefined) return;
    life.stop();
    // One that was taken for dead meanwhile goes on when that fault says so, with the log that it had.
    this.clock.after(forMs, () => {
      if (!this.#forsaken.has(life)) life.goOn();
    });
  }

  /** Stops a process, takes it for dead, starts another; then the first goes on. */
  #replace(target: Target, forMs: number): void {
    const identity = identityOf(target);
    const life = this.engine.lifeOf(identity);
    if (this.#hasHealed || life === undefined || life.isStopped) return;
    life.stop();
    life.writeTo(this.#disks.get(identity)!.fork());
    this.engine.forsake(identity);
    this.#forsaken.add(life);
    this.clock.after(RESTART_MS, () => {
      if (this.engine.lives(identity)) return;
      void this.engine.begin(identity).then(() => {
        if (target === 'execution' && !life.isOver) this.judge.notes.saw('takeover of the lease');
      });
    });
    // Where nobody has taken over yet, the log would still be its own: this is no zombie.
    this.clock.after(forMs, () => (this.engine.isUp(identity) ? life.goOn() : life.end()));
    this.clock.after(forMs + ZOMBIE_MS, () => {
      this.#forsaken.delete(life);
      life.end();
    });
  }

  /** Some messages are stored once more, long after the server has forgotten their names. */
  async #copyLate(): Promise<void> {
    const bus = new MemoryBus(this.engine.server, 'copies');
    for (const stream of ['ORDERS', 'POSITIONS', 'RISK', 'VENUES', 'MARKET'] satisfies StreamName[])
      await bus.follow({ stream, subjects: ['>'], after: 0 }, (message) => {
        if (message.id.startsWith('late/') || !this.weather.strikes('storedTwice')) return;
        this.clock.after(this.#random.below(LATE_COPIES_MS), () => this.#storeAgain(stream, message));
      });
  }

  #storeAgain(stream: StreamName, message: InboundMessage): void {
    const { subject, id, data } = message;
    const copy = FactMessage.ofBytes({ ...message, subject, id: `late/${id}` }, data, message);
    this.engine.server.stream(stream).store(copy);
  }
}

function identityOf(target: Target): string {
  return `${target}.${ACCOUNT}`;
}

function targetOf(identity: string): Target | undefined {
  return TARGETS.find((target) => identity.startsWith(`${target}.`));
}
