import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that no other runtime looks for, so that one which is started again finds it free. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || !address) throw new Error('a server has no port');
  return String(address.port);
}
