import type { IncomingMessage, ServerResponse } from 'node:http';

const PATH = '/stand-in/truth';

/** Answers who asks from another process what is really so. Returns whether it was asked. */
export function answersTruth(
  request: IncomingMessage,
  response: ServerResponse,
  truth: () => unknown,
): boolean {
  if (request.url !== PATH) return false;
  response.writeHead(200, { 'Content-Type': 'application/json' });
  // Maps become objects; decimals write themselves as text.
  const plain = (_: string, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value);
  response.end(JSON.stringify(truth(), plain));
  return true;
}
