// Writes what the image holds, as make-sbom found it while the image was made.
// usage: sbom
import { readFileSync } from 'node:fs';

process.stdout.write(readFileSync(new URL('../../sbom.cdx.json', import.meta.url)));
