import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JetStreamBus } from '@algo/bus';
import { FAMILIES, type Family } from '@algo/contracts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { python } from './support/config.ts';
import { eagerTrading } from './support/eager-trading.ts';
import { factsOf } from './support/engine-record.ts';
import { EngineRun } from './support/engine-run.ts';
import { PlayedMarket } from './support/played-market.ts';

const PATIENCE_MS = 180_000;
const SCRIPT = fileURLToPath(new URL('outsider.py', import.meta.url));
const PROTO = fileURLToPath(new URL('../../proto', import.meta.url));

const packages = spawnSync(python, ['-c', 'import nats, nkeys, google.protobuf, grpc_tools']);
const missing =
  packages.status === 0 ? undefined : 'no Python with nats-py, nkeys, protobuf and grpcio-tools';
// tidy-ok: an outsider in Python needs one, and CI installs none
const here = missing === undefined ? test : test.skip;
const why = missing === undefined ? '' : `skipped: ${missing} (ALGO_TEST_PYTHON names it): `;

const report = z.object({
  subjects: z.array(z.string()),
  read: z.record(z.string(), z.number()),
  heard: z.string(),
  unreadable: z.array(z.string()),
  letThrough: z.array(z.string()),
  tried: z.number(),
  injected: z.object({ answers: z.number(), asked: z.number(), on: z.array(z.string()) }),
});

here(
  `${why}an outsider in Python reads every subject with proto/ and observer.nk alone, and says none`,
  async () => {
    await using stack = new AsyncDisposableStack();
    const dir = mkdtempSync(join(tmpdir(), 'algo-outsider-'));
    stack.defer(() => rmSync(dir, { recursive: true, force: true }));
    const instruments = ['binance.spot.LTCUSDT', 'binance.spot.BTCUSDT'];
    const play = { instruments, seed: 1, historyMinutes: 16, liveMinutesMax: 120, speed: 20 };
    const market = stack.use(await PlayedMarket.open(play));
    const env = { ...market.env, ...eagerTrading(dir) };
    const run = stack.use(new EngineRun(join(dir, 'data'), market.options, env));
    const bus = await run.bus(PATIENCE_MS);
    const isClosed = async () =>
      (await factsOf(bus, 'pos.evt')).some(({ fact }) => fact.name === 'PositionClosed');
    await run.until('a position to close', isClosed, PATIENCE_MS);

    const keyFile = (user: string) => join(run.dataDir, 'keys', `${user}.nk`);
    const args = [SCRIPT, run.natsUrl(), keyFile('observer'), PROTO];
    const { stdout } = await promisify(execFile)(python, args, { timeout: PATIENCE_MS });
    const found = report.parse(JSON.parse(stdout));

    expect(found.unreadable).toEqual([]);
    const read = new Set(found.subjects.map((subject) => subject.split('.').slice(0, 2).join('.')));
    const families = ['md.trades', 'md.candles', 'an.state', 'dec.made', 'ord.cmd', 'ord.evt', 'pos.evt'];
    expect([...read]).toEqual(expect.arrayContaining([...families, 'risk.evt', 'rec.run', 'sys.service']));
    expect(Object.keys(found.read)).toEqual(
      expect.arrayContaining(['algo.v1.TradeBatch', 'algo.v1.OrderFilled', 'algo.v1.PositionClosed']),
    );
    expect(Object.keys(FAMILIES)).toContain(found.heard.split('.').slice(0, 2).join('.'));

    expect(found.tried).toBeGreaterThan(found.subjects.length);
    expect(found.letThrough).toEqual([]);
    // The server answered him each time, where he alone hears it.
    expect(found.injected.answers).toBe(found.injected.asked);
    const keySeed = readFileSync(keyFile('provisioner'), 'utf8').trim();
    const about = { servers: [run.natsUrl()], identity: 'provisioner', keySeed };
    const { jsm } = stack.use(await JetStreamBus.connect(about)).nats;
    for (const subject of found.injected.on) {
      const { stream } = FAMILIES[subject.slice(0, subject.lastIndexOf('.')) as Family];
      expect([subject, await jsm.streams.getMessage(stream, { last_by_subj: subject })]).toEqual([
        subject,
        null,
      ]);
    }
    const lease = await jsm.streams.getMessage('KV_leases', { last_by_subj: '$KV.leases.injected' });
    expect(lease).toBeNull();
    expect((await run.stop()).code).toBe(0);
  },
  4 * PATIENCE_MS,
);
