import { once } from 'node:events';
import { createConnection } from 'node:net';

/** What the server answers to somebody without a key who gives an order. */
export async function answerToStranger(url: string, subject: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  let said = '';
  socket.on('data', (bytes) => {
    said += bytes.toString();
  });
  socket.write(`CONNECT {"verbose":false,"pedantic":false}\r\nPUB ${subject} 1\r\nx\r\nPING\r\n`);
  await once(socket, 'close');
  return said;
}
