import type { HeardAnswer, HeardRequest } from './stand-in-door.ts';

const PATH = '/stand-in/truth';

/** Tells who asks from another process what is really so. Returns undefined where something else is asked. */
export function answersTruth({ url }: HeardRequest, truth: () => unknown): Promise<HeardAnswer> | undefined {
  if (url !== PATH) return undefined;
  // Maps become objects; decimals write themselves as text.
  const plain = (_: string, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value);
  const text = JSON.stringify(truth(), plain);
  return Promise.resolve({ status: 200, headers: { 'Content-Type': 'application/json' }, text });
}
