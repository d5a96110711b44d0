import { InputError, type Instrument } from '@algo/model';
import {
  REQUEST_PATHS,
  type RequestPaths,
  realExchange,
  type SharedPause,
  type VenueAccess,
} from '@algo/venues';
import { z } from 'zod';
import { Secret } from './secret.ts';

const address = (what: string, pattern: RegExp) => z.string().regex(pattern, `expected ${what}`).optional();

/**
 * Settings of a process that asks a real exchange. *Shape*: the two halves of the key are in files that its
 * owner alone may read, never a value here; addresses where they are not the exchange's own: its testnet.
 */
export const venueSettings = z.object({
  venueKeyFile: z.string().default(''),
  venueSecretFile: z.string().default(''),
  venueRestUrl: address('an address such as https://api.binance.com', /^https?:\/\/.+/),
  /** Above it no contract is traded; empty: the exchange's own bound. */
  venueLeverageMax: z
    .string()
    .regex(/^([1-9]\d{0,2})?$/, 'expected a whole number such as 10')
    .default(''),
  /** By which way requests go, by which where that one is dead, and where the second asks, if elsewhere. */
  venuePrimary: z.enum(REQUEST_PATHS).default('direct'),
  venueFallback: z.enum([...REQUEST_PATHS, '']).default(''),
  venueFallbackUrl: address('an address such as https://api1.binance.com', /^https?:\/\/.+/),
  venueSocketUrl: address('an address such as wss://ws-api.binance.com:443/ws-api/v3', /^wss?:\/\/.+/),
});
export type VenueSettings = z.infer<typeof venueSettings>;

/**
 * Returns what a real exchange is asked with; undefined for one that is played here. *Errors*: InputError
 * where no key is named.
 */
export function venueAccess(
  name: string,
  settings: VenueSettings,
  instruments: readonly Instrument[],
  pause: SharedPause,
): VenueAccess | undefined {
  const known = realExchange(name);
  if (known === undefined) return undefined;
  const { venueKeyFile: keyFile, venueSecretFile: secretFile, venueLeverageMax } = settings;
  const missing = keyFile === '' ? 'ALGO_VENUE_KEY_FILE' : 'ALGO_VENUE_SECRET_FILE';
  if (keyFile === '' || secretFile === '')
    throw new InputError({
      ...{ field: missing, value: '', because: `${name} is asked with a key, and no file of one is named` },
      remedy: 'Name the file; what it holds is never given itself.',
    });
  return {
    ...{ keyFile, secretFile, pause, random: Math.random },
    instruments,
    paths: pathsOf(settings),
    ...(venueLeverageMax === '' ? {} : { leverageMax: Number(venueLeverageMax) }),
    address: {
      restUrl: settings.venueRestUrl ?? known.restUrl,
      socketUrl: settings.venueSocketUrl ?? known.socketUrl,
    },
  };
}

/** Looks whether a real exchange could be asked with these. *Errors*: InputError naming file or way. */
export function checkVenueAccess(name: string, settings: VenueSettings): void {
  const pause: SharedPause = { leftMs: () => 0, keep: () => undefined };
  const access = venueAccess(name, settings, [], pause);
  if (access === undefined) return;
  Secret.fromFile(access.keyFile, 'ALGO_VENUE_KEY_FILE');
  Secret.fromFile(access.secretFile, 'ALGO_VENUE_SECRET_FILE');
}

function pathsOf({ venueFallback, venueFallbackUrl, venuePrimary: primary }: VenueSettings): RequestPaths {
  if (venueFallback === '') return { primary };
  if (venueFallback === primary)
    throw new InputError({
      ...{ field: 'ALGO_VENUE_FALLBACK', value: venueFallback, because: 'it is the primary way too' },
      remedy: `Choose another of ${REQUEST_PATHS.join(', ')}, or leave it out.`,
    });
  const elsewhere = venueFallbackUrl === undefined ? {} : { fallbackUrl: venueFallbackUrl };
  return { primary, fallback: venueFallback, ...elsewhere };
}
