import { InputError } from '@algo/model';

/** Returns the error for a file that no trades can be had from. */
export function unusableFile(path: string, because: string, remedy: string): InputError {
  return new InputError({ field: 'file', value: path, because, remedy });
}
