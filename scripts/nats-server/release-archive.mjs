// Source 1: the project's own release archive, taken only when it has the checksum that the
// release publishes.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { readArchiveEntry } from './archive-entry.mjs';
import { archiveNames, binaryName } from './pinned-release.mjs';

/** A host that says nothing for this long is given up, before the first byte and between any two. */
const SILENCE_MS = 4_000;
const WHOLE_DOWNLOAD_MS = 300_000;
const ARCHIVE_BYTES_MAX = 100_000_000;

/** Writes the server to `into`; throws an Error with the reason when that cannot be done safely. */
export async function fetchReleaseArchive({ version, into, releaseBase, step, silenceMs = SILENCE_MS }) {
  const candidates = archiveNames(version);
  if (candidates.length === 0) throw new Error(`no release for ${process.platform} ${process.arch}`);
  const folder = `${releaseBase}/v${version}`;
  const sums = parseSums((await download(`${folder}/SHA256SUMS`, { silenceMs })).toString('utf8'));
  const name = candidates.find((candidate) => sums.has(candidate));
  if (!name) throw new Error(`the release lists no ${candidates.join(' or ')}`);
  const onBytes = (done, total) => step.update({ text: megabytes(done, total), done, total });
  const archive = await download(`${folder}/${name}`, { silenceMs, onBytes });
  const sha256 = createHash('sha256').update(archive).digest('hex');
  if (sha256 !== sums.get(name)) {
    throw new Error(`${name} REFUSED: its checksum is ${sha256}, the release says ${sums.get(name)}`);
  }
  writeFileSync(into, readArchiveEntry(archive, binaryName()), { mode: 0o755 });
}

/** The lines `<sha256>  <file>` of a SHA256SUMS file. */
export function parseSums(text) {
  const lines = text.matchAll(/^([0-9a-f]{64})\s+\*?(\S+)\s*$/gim);
  return new Map([...lines].map(([, sum, file]) => [file, sum.toLowerCase()]));
}

async function download(url, { silenceMs, onBytes }) {
  const abort = new AbortController();
  const giveUp = (why) => abort.abort(new Error(why));
  const whole = setTimeout(giveUp, WHOLE_DOWNLOAD_MS, `not downloaded within ${WHOLE_DOWNLOAD_MS / 1000} s`);
  const silent = `no answer from ${new URL(url).host} for ${silenceMs / 1000} s`;
  let silence = setTimeout(giveUp, silenceMs, silent);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const total = Number(response.headers.get('content-length') ?? 0);
    const chunks = [];
    let bytes = 0;
    for await (const chunk of response.body) {
      clearTimeout(silence);
      silence = setTimeout(giveUp, silenceMs, silent);
      bytes += chunk.length;
      if (bytes > ARCHIVE_BYTES_MAX) throw new Error(`${url} is larger than anything expected`);
      chunks.push(chunk);
      onBytes?.(bytes, total);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (abort.signal.aborted) throw abort.signal.reason;
    throw error.cause ? new Error(`${new URL(url).host}: ${error.cause.code ?? error.cause.message}`) : error;
  } finally {
    clearTimeout(whole);
    clearTimeout(silence);
  }
}

function megabytes(done, total) {
  const mb = (bytes) => (bytes / 1e6).toFixed(1);
  return total > 0 ? `${mb(done)} of ${mb(total)} MB` : `${mb(done)} MB`;
}
