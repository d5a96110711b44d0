import { join } from 'node:path';
import { BusCertificates } from '@algo/bus';

/** As which processes of this machine know the server. */
const HOSTS = ['localhost', '127.0.0.1'];

/** Returns the certificate of the server of a data directory, which lies in its folder `tls`. */
export function certificatesOf(dataDir: string): BusCertificates {
  return new BusCertificates(join(dataDir, 'tls'), HOSTS);
}

/** Returns who vouches for the server of a data directory; undefined where its bus is not encrypted. */
export function authorityOf(dataDir: string, natsUrl: string): string | undefined {
  return natsUrl.startsWith('tls://') ? certificatesOf(dataDir).files.caFile : undefined;
}
