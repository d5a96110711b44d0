import { InputError } from '@algo/model';

/** The header that carries the version of the contracts a message was written by. */
export const SCHEMA_HEADER = 'algo-schema';
/**
 * The version of the contracts in this build. Raised when
 * a reader of the version before would misread a message.
 */
export const SCHEMA_VERSION = 1;

/**
 * Refuses a message of newer contracts than ours. A message without the
 * header counts as version 1, as outsiders write it. *Errors*: InputError.
 */
export function checkSchema(header: string | undefined): void {
  if (header === undefined || header === '') return;
  if (!/^[1-9]\d{0,8}$/.test(header))
    throw new InputError({
      field: SCHEMA_HEADER,
      value: header,
      because: 'not a version number',
      remedy: `Publish with ${SCHEMA_HEADER}: ${SCHEMA_VERSION}.`,
    });
  if (Number(header) > SCHEMA_VERSION)
    throw new InputError({
      field: SCHEMA_HEADER,
      value: header,
      because: `this build reads messages up to version ${SCHEMA_VERSION}; the publisher is newer`,
      remedy: 'Update this service, then start it again: it goes on where it stopped.',
    });
}
