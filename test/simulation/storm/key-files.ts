import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The key of the account at a stand-in. */
export const KEY = { apiKey: 'stormKey', secret: 'stormSecret', ips: ['127.0.0.1'] };

let made: { readonly keyFile: string; readonly secretFile: string } | undefined;

/** Returns the files of the key, made once a process: adapters read keys from files alone. */
export function keyFiles(): { readonly keyFile: string; readonly secretFile: string } {
  if (made !== undefined) return made;
  const dir = mkdtempSync(join(tmpdir(), 'storm-key-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const [keyFile, secretFile] = [join(dir, 'api.key'), join(dir, 'api.secret')];
  for (const [path, text] of [[keyFile, KEY.apiKey] as const, [secretFile, KEY.secret] as const])
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
  made = { keyFile, secretFile };
  return made;
}
