import { bucketSnapshots, type Clock, SimulatedServer, StepLoop, VirtualClock } from '@algo/bus';
import { codecs, STEP_PLANS, subjects } from '@algo/contracts';
import { accountId } from '@algo/model';
import { baseConfig, inboxPlan } from '@algo/runtime';
import { PAPER_DEFAULTS } from '@algo/simulation';
import { afterEach, expect, test } from '@jest/globals';
import { awaitBooks } from './await-books.ts';
import { VenueMachine } from './venue-machine.ts';

const clock: Clock = { nowMs: () => 0, sleep: () => new Promise((resolve) => setImmediate(resolve)) };
const account = accountId('paper-main');
const settings = {
  ...PAPER_DEFAULTS,
  ...{ accounts: [{ account, balances: {} }], instruments: [], seed: 7, fees: { makerBps: 0, takerBps: 0 } },
};

const over = new AbortController();
afterEach(() => over.abort());

class Engine {
  readonly #server = new SimulatedServer(new VirtualClock());

  /** One finished step of a neighbour, told as a signal that goes unheard later, or for good in the stream. */
  async mark(producer: string, step: number, keeps: 'signal' | 'stored'): Promise<void> {
    const bus = this.#server.bus(producer);
    const data = codecs.StepMark.encode({
      ...{ producer, after: step - 1, steps: [step], eventTimesUs: [step], lanes: [] },
    });
    if (keeps === 'signal') bus.signal(subjects.stepSignal(producer), data);
    else
      await bus.publish({
        ...{ subject: subjects.stepMark(producer), type: codecs.StepMark.type, timeUs: step, data },
        ...{ id: `mark:${producer}:${step}`, lane: { producer, epoch: 0, count: step, step } },
      });
  }

  async startVenue(): Promise<{ loop: StepLoop; machine: VenueMachine; answers: Promise<void> }> {
    const bus = this.#server.bus('paper-venue-0');
    const machine = await VenueMachine.restore(bus, settings, undefined);
    const loop = await StepLoop.start({
      ...{ bus, clock, plan: inboxPlan('paper-venue', baseConfig.parse({})), restore: () => machine },
      ...{ snapshots: bucketSnapshots(bus.bucket('snapshots'), bus.identity), snapshotIntervalMs: 60_000 },
      ...{ liveEpoch: 1, saysAfterInputsStored: true },
    });
    const { signal } = over;
    return { loop, machine, answers: awaitBooks({ bus, clock, account, loop, machine, signal }) };
  }

  markedThrough(producer: string): Promise<number> {
    return this.#server
      .bus('reader')
      .last('STEPS', subjects.stepMark(producer))
      .then((mark) => (mark === undefined ? 0 : codecs.StepMark.decode(mark.data).steps.at(-1)!));
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('it did not come to that');
}

test('after everybody was killed the venue answers execution, which must reconcile before it repeats a step', async () => {
  expect(STEP_PLANS['paper-venue'].feedback).toMatchObject([{ service: 'execution' }]);
  const engine = new Engine();
  const before = await engine.startVenue();
  for (const step of [1, 2, 3, 4]) {
    await engine.mark('ingest-0', step, 'stored');
    // Execution is killed before the stream has heard of its steps 2 to 4.
    await engine.mark('execution-0', step, step === 1 ? 'stored' : 'signal');
  }
  await until(async () => (await engine.markedThrough('paper-venue-0')) === 4);
  before.loop.abandon();

  const after = await engine.startVenue();
  await until(() => after.loop.step === 2);
  let isAnswering = false;
  void after.answers.then(() => {
    isAnswering = true;
  });
  await until(() => isAnswering);
  expect(after.loop.step).toBe(2);
  after.loop.abandon();
});
