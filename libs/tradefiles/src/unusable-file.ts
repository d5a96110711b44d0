import { InputError } from '@algo/model';

/** Returns the error for a file that no trades can be had from. */
export function unusableFile(path: string, because: string, remedy: string): InputError {
  return new InputError({ field: 'file', value: path, because, remedy });
}

/**
 * Returns an error of a file in the words of the option by which it was named, `before` in front of its path;
 * any other error as it is.
 */
export function retoldAs(error: unknown, option: string, before = ''): unknown {
  if (!(error instanceof InputError) || error.field !== 'file') return error;
  const { because, remedy } = error;
  return new InputError({ field: option, value: `${before}${JSON.parse(error.value)}`, because, remedy });
}
