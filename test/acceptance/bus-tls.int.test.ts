// An engine whose bus is encrypted, and whose certificate and authority are replaced while it trades.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JetStreamBus, makeServerCertificate, writeCertificate } from '@algo/bus';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { algo } from './support/algo-process.ts';
import { eagerTrading } from './support/eager-trading.ts';
import { EngineRun } from './support/engine-run.ts';
import { EngineTally } from './support/engine-tally.ts';

const PATIENCE_MS = 180_000;
const DAY_MS = 86_400_000;
const HERE = ['localhost', '127.0.0.1'];
const status = z.object({
  tradesIn: z.number(),
  stored: z.number(),
  unstored: z.number(),
  duplicate: z.number(),
});

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-tls-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The lines of a key that are secret. */
function secretLines(keyFile: string): string[] {
  return readFileSync(keyFile, 'utf8')
    .split('\n')
    .filter((line) => line.length > 20 && !line.startsWith('-'));
}

function expectNowhere(secrets: readonly string[], texts: readonly string[]): void {
  for (const secret of secrets) for (const text of texts) expect(text.includes(secret)).toBe(false);
}

test(
  'an engine trades on while its certificate and authority are replaced, and loses no trade',
  async () => {
    const env = { ...eagerTrading(dir), ALGO_WARM_HISTORY_MINUTES: '20' };
    const options = ['--tls', '--feed', 'synthetic', '--seed', '7'];
    await using run = new EngineRun(join(dir, 'data'), options, env);
    const bus = await run.bus(PATIENCE_MS);
    expect(run.natsUrl()).toMatch(/^tls:/);
    await using tally = await EngineTally.of(bus);
    const closesMore = async (what: string) => {
      const { closed } = tally;
      await run.until(`a position to close ${what}`, () => tally.closed > closed, PATIENCE_MS);
    };
    await closesMore('before');
    const brings = async (what: string) => {
      const { stored } = tally;
      await run.until(`trades to be stored ${what}`, () => tally.stored > stored, PATIENCE_MS);
    };
    const identities = [
      'execution.paper-main',
      'position-risk.paper-main',
      'ingest.synthetic',
      'analytics.0',
    ];
    const pids = () => ['nats-server', ...identities].map((name) => run.pidOf(name));
    const before = pids();
    expect(before).not.toContain(undefined);

    const tls = join(run.dataDir, 'tls');
    const [old, secrets] = [join(dir, 'old.crt'), secretLines(join(tls, 'tls.key'))];
    copyFileSync(join(tls, 'ca.crt'), old);
    const renewed = await algo(['certificate', 'renew', '--data-dir', run.dataDir]);
    expect([renewed.code, renewed.said]).toEqual([0, expect.stringContaining('good until')]);
    const oldClient = { servers: [run.natsUrl()], identity: 'cli.old', tls: { caFile: old } };
    await expect(JetStreamBus.connect(oldClient)).rejects.toThrow(`none of the certificates in ${old}`);
    expect([bus.connection, pids()]).toEqual(['connected', before]);
    await brings('under the new certificate');

    // What a person puts there that no client would take is said, and changes nothing.
    writeCertificate(tls, await makeServerCertificate(HERE, Date.now() - 20 * DAY_MS, { days: 10 }));
    await run.until('it to be said', () => /tls\.crt": it expired on/.test(run.up.said), PATIENCE_MS);
    await brings('beside a certificate that is not taken');
    writeCertificate(tls, await makeServerCertificate(HERE, Date.now(), { days: 100 }));
    await run.until(
      'the next one',
      () => run.up.said.split('shows its new certificate').length > 2,
      PATIENCE_MS,
    );
    expect(pids()).toEqual(before);

    // All come again, and each reads the newest authority.
    await run.kill(['nats-server'], PATIENCE_MS);
    await using later = await EngineTally.of(await run.bus(PATIENCE_MS));
    await run.until('a position to close by the next server', () => later.closed > tally.closed, PATIENCE_MS);
    expect(pids().slice(1)).toEqual(before.slice(1));

    secrets.push(...secretLines(join(tls, 'tls.key')));
    const logs = join(run.dataDir, 'logs');
    const ofProcesses = identities.flatMap((name) =>
      process.platform === 'linux'
        ? ['cmdline', 'environ'].map((about) => readFileSync(`/proc/${run.pidOf(name)}/${about}`, 'utf8'))
        : [],
    );
    const written = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
    expectNowhere(secrets, [
      ...written,
      ...ofProcesses,
      readFileSync(join(run.dataDir, 'engine.json'), 'utf8'),
    ]);
    expect(statSync(join(tls, 'tls.key')).mode & 0o777).toBe(0o400);
    const { code, said } = await run.stop();
    expect(code).toBe(0);
    expectNowhere(secrets, [said]);

    const told = await algo(['status', '--json', '--data-dir', run.dataDir]);
    const { tradesIn, stored, unstored, duplicate } = status.parse(JSON.parse(told.said));
    expect({ unstored, duplicate, stored }).toEqual({ unstored: 0, duplicate: 0, stored: tradesIn });
    expect(tradesIn).toBeGreaterThan(0);
  },
  4 * PATIENCE_MS,
);

describe('a certificate that a person put there', () => {
  test.each([
    ['for another host', ['nats.example'], 0, /it is not for localhost, but for DNS:nats\.example/],
    ['that is not valid yet', HERE, 2, /it is not valid before/],
    ['that has expired', HERE, -100, /it expired on/],
  ])('%s is refused in words before anything starts', async (name, hosts, inDays, says) => {
    const dataDir = join(dir, name.replaceAll(' ', '-'));
    const about = { days: 90, authority: 'a company' };
    const made = await makeServerCertificate(hosts, Date.now() + inDays * DAY_MS, about);
    writeCertificate(join(dataDir, 'tls'), made);
    const { code, said } = await algo(['up', '--tls', '--data-dir', dataDir]);
    expect([code, said]).toEqual([2, expect.stringMatching(says)]);
    expect(said).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(readFileSync(join(dataDir, 'tls', 'tls.crt'), 'utf8')).toBe(made.certificate);
  });
});
