// Real servers with certificates of all kinds, and what a client says of each.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@algo/model';
import { natsServerBinary } from '@algo/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JetStreamBus } from '../jetstream-bus.ts';
import { NatsServerProcess } from '../server/nats-server-process.ts';
import type { BusTls } from './bus-tls.ts';
import {
  type CertificateFiles,
  certificateFiles,
  checkCertificate,
  writeCertificate,
} from './certificate-files.ts';
import { makeServerCertificate } from './server-certificate.ts';

const HERE = ['localhost', '127.0.0.1'];
const DAY_MS = 86_400_000;
const NOW_MS = Date.now();

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-tls-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Makes a certificate in a folder of that name. */
async function certified(
  name: string,
  { hosts = HERE, fromMs = NOW_MS, days = 10 } = {},
): Promise<CertificateFiles> {
  writeCertificate(join(dir, name), await makeServerCertificate(hosts, fromMs, { days }));
  return certificateFiles(join(dir, name));
}

function serverWith(certificate?: CertificateFiles, more?: string): Promise<NatsServerProcess> {
  return NatsServerProcess.start({
    ...{ binary: natsServerBinary(), storeDir: mkdtempSync(join(dir, 'store-')), sync: 'periodic' },
    ...(certificate === undefined ? {} : { certificate }),
    ...(more === undefined ? {} : { authorization: more }),
  });
}

function connect(url: string, tls?: BusTls): Promise<JetStreamBus> {
  return JetStreamBus.connect({ servers: [url], identity: 'a.0', ...(tls === undefined ? {} : { tls }) });
}

async function refusal(url: string, tls?: BusTls): Promise<InputError> {
  const outcome = await connect(url, tls).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(InputError);
  return outcome as InputError;
}

test('a client that believes the authority is heard encrypted, one that knows none is told', async () => {
  const files = await certified('good');
  await using server = await serverWith(files);
  expect(server.url).toMatch(/^tls:/);
  await using bus = await connect(server.url, { caFile: files.caFile });
  expect(bus.nats.nc.info?.tls_required).toBe(true);
  await bus.nats.nc.flush();
  for (const url of [server.url, server.url.replace('tls:', 'nats:')]) {
    const { message, isPassing } = await refusal(url);
    expect(message).toMatch(
      /^nats = ".*": it speaks TLS, and nobody whom this program knows vouches.*Name in ALGO_NATS_CA_FILE/,
    );
    expect(isPassing).toBe(true);
  }
});

test.each([
  [
    'an expired certificate',
    { fromMs: NOW_MS - 20 * DAY_MS },
    /has expired\. Renew it and let the server read it/,
  ],
  ['one that is not valid yet', { fromMs: NOW_MS + DAY_MS }, /is not valid yet\. Compare the clocks/],
  [
    'one for another host',
    { hosts: ['nats.example'] },
    /its certificate is for DNS:nats\.example, not for 127\.0\.0\.1\. Name the server as/,
  ],
  [
    'one for a name alone, where the address is asked',
    { hosts: ['localhost'] },
    /its certificate is for DNS:localhost, not for 127\.0\.0\.1/,
  ],
])('%s is refused in words', async (name, about, says) => {
  const files = await certified(name, about);
  await using server = await serverWith(files);
  const { message } = await refusal(server.url, { caFile: files.caFile });
  expect(message).toContain(server.url);
  expect(message).toMatch(says);
});

test('a certificate of an authority that the client does not believe is refused with the file', async () => {
  const [files, other] = [await certified('mine'), await certified('other')];
  await using server = await serverWith(files);
  const { message } = await refusal(server.url, { caFile: other.caFile });
  expect(message).toContain(`none of the certificates in ${other.caFile} vouches for its certificate`);
  expect(message).toContain('ALGO_NATS_CA_FILE');
});

test('a server that does not encrypt is refused by a client that was told so', async () => {
  const { caFile } = await certified('unused');
  await using server = await serverWith();
  for (const [url, tls] of [
    [server.url, { caFile }],
    [server.url.replace('nats:', 'tls:'), undefined],
  ] as const) {
    const { message, isPassing } = await refusal(url, tls);
    expect(message).toMatch(/it does not encrypt, and this client was told that it does\. Give the server/);
    expect(isPassing).toBe(false);
  }
});

test.each([
  ['is missing', (path: string) => rmSync(path, { force: true }), /cannot be read: ENOENT.*Mount the file/],
  [
    'holds none',
    (path: string) => writeFileSync(path, 'none\n'),
    /holds no certificate that can be read\. Put/,
  ],
  [
    'holds a torn one',
    (path: string) => writeFileSync(path, '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'),
    /holds no certificate that can be read/,
  ],
])('a file of authorities that %s is refused before anything is sent', async (_, spoil, says) => {
  const path = join(dir, 'spoilt.crt');
  spoil(path);
  const { message, field, isPassing } = await refusal('tls://127.0.0.1:1', { caFile: path });
  expect(message).toContain(path);
  expect(message).toMatch(says);
  expect({ field, isPassing }).toEqual({ field: 'ALGO_NATS_CA_FILE', isPassing: false });
});

test('a server that asks clients for a certificate takes this one, and who has none is told', async () => {
  const files = await certified('both-ways');
  const { caFile, certFile, keyFile } = files;
  const shown = `cert_file: "${certFile}", key_file: "${keyFile}"`;
  const asking = `tls { ${shown}, ca_file: "${caFile}", verify: true }`;
  await using server = await serverWith(undefined, asking);
  await using bus = await connect(server.url, files);
  await bus.nats.nc.flush();
  const { message } = await refusal(server.url, { caFile });
  expect(message).toMatch(
    /asks each client for a certificate.*ALGO_NATS_CERT_FILE and its key in ALGO_NATS_CERT_KEY_FILE/,
  );
});

describe('new certificates under a running server', () => {
  test('are taken by a signal: who is connected stays, who comes again reads the new authority', async () => {
    const files = await certified('turned');
    await using server = await serverWith(files);
    await using bus = await connect(server.url, { caFile: files.caFile });
    const states: string[] = [];
    bus.onConnection((state) => states.push(state));
    const old = join(dir, 'old.crt');
    writeFileSync(old, readFileSync(files.caFile));
    writeCertificate(join(dir, 'turned'), await makeServerCertificate(HERE, NOW_MS));
    await server.reload();
    await bus.nats.nc.flush();
    expect({ states, state: bus.connection }).toEqual({ states: [], state: 'connected' });
    expect((await refusal(server.url, { caFile: old })).message).toContain(old);

    const isBack = new Promise<void>((resolve) =>
      bus.onConnection((state) => state === 'connected' && resolve()),
    );
    await bus.nats.nc.reconnect();
    await isBack;
    await bus.nats.nc.flush();
  });

  test('that do not fit together are said, and the server goes on with those that it had', async () => {
    const [files, other] = [await certified('kept'), await certified('strange')];
    await using server = await serverWith(files);
    rmSync(files.keyFile);
    writeFileSync(files.keyFile, readFileSync(other.keyFile));
    await expect(server.reload()).rejects.toThrow(/read nothing anew: .*private key/);
    await using bus = await connect(server.url, { caFile: files.caFile });
    await bus.nats.nc.flush();
  });
});

describe('files of a certificate', () => {
  test('are readable for their owner alone where they are secret', async () => {
    const { caFile, certFile, keyFile } = await certified('modes');
    const modes = [join(dir, 'modes'), caFile, certFile, keyFile].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o444, 0o444, 0o400]);
    expect(readFileSync(caFile, 'utf8') + readFileSync(certFile, 'utf8')).not.toContain('PRIVATE');
  });

  test('that fit are good until their end', async () => {
    const untilMs = checkCertificate(await certified('fitting'), HERE, NOW_MS);
    expect(Math.abs(untilMs - (NOW_MS + 10 * DAY_MS))).toBeLessThan(1_000);
  });

  test.each([
    ['expired', {}, 30 * DAY_MS, /tls\.crt": it expired on \d{4}-\d\d-\d\d\. Renew it/],
    ['not valid yet', {}, -DAY_MS, /it is not valid before .*clock/],
    [
      'for another host',
      { hosts: ['nats.example'] },
      0,
      /it is not for localhost, but for DNS:nats\.example\. Issue/,
    ],
  ])('that are %s are refused', async (name, about, laterMs, says) => {
    const files = await certified(`file-${name}`, about);
    expect(() => checkCertificate(files, HERE, NOW_MS + laterMs)).toThrow(says);
  });

  test('of two sources are refused, with which', async () => {
    const [one, two] = [await certified('one'), await certified('two')];
    expect(() => checkCertificate({ ...one, caFile: two.caFile }, HERE, NOW_MS)).toThrow(
      /nobody in .*two.ca\.crt has issued it/,
    );
    expect(() => checkCertificate({ ...one, keyFile: two.keyFile }, HERE, NOW_MS)).toThrow(
      /two.tls\.key": it is not the key of .*one.tls\.crt/,
    );
    expect(() => checkCertificate({ ...one, keyFile: one.certFile }, HERE, NOW_MS)).toThrow(
      /holds no private key that can be read/,
    );
  });
});
