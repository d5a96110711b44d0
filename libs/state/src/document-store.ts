import type { KeyValue } from '@algo/bus';
import { InputError } from '@algo/model';

/** Small JSON documents by collection and name: trading configurations, which one is active. */
export interface DocumentStore {
  get(collection: string, name: string): Promise<unknown>;
  put(collection: string, name: string, document: unknown): Promise<void>;
  /** Puts a document only where there is none; returns false when there was one. */
  seed(collection: string, name: string, document: unknown): Promise<boolean>;
}

/** Documents in a key-value bucket of the bus. */
export function bucketDocuments(bucket: KeyValue): DocumentStore {
  const key = (collection: string, name: string) => `${collection}.${name}`;
  const encode = (document: unknown) => new TextEncoder().encode(JSON.stringify(document));
  return {
    async get(collection, name) {
      const entry = await bucket.get(key(collection, name));
      if (entry === undefined) return undefined;
      try {
        return JSON.parse(new TextDecoder().decode(entry.value)) as unknown;
      } catch (cause) {
        throw new InputError({
          field: key(collection, name),
          value: entry.revision,
          because: `not JSON: ${(cause as Error).message}`,
          remedy: 'Put the document again.',
        });
      }
    },
    async put(collection, name, document) {
      await bucket.put(key(collection, name), encode(document));
    },
    async seed(collection, name, document) {
      return (await bucket.compareAndSet(key(collection, name), encode(document), 0)) !== undefined;
    },
  };
}
