// Says whether this container's service is ready; what it waits for is in the output of the health log.
// By hand over a socket: it runs every few seconds in every container, and an HTTP client costs three times
// the processor time.
import { connect } from 'node:net';
import { httpPort } from './config.ts';

const SILENCE_MAX_MS = 8_000;

let answer = '';
const socket = connect(httpPort, '127.0.0.1');
socket.setEncoding('utf8');
socket.setTimeout(SILENCE_MAX_MS, () => socket.destroy(new Error(`no answer in ${SILENCE_MAX_MS} ms`)));
socket.write('GET /readyz HTTP/1.0\r\n\r\n');
socket.on('data', (text) => {
  answer += text;
});
socket.on('error', (error) => {
  answer = error.message;
});
socket.on('close', () => {
  process.stdout.write(answer);
  process.exitCode = /^HTTP\/1\.[01] 200 /.test(answer) ? 0 : 1;
});
