import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports below those that the kernel gives to connections, and to servers that ask for any (from 32,768 on Linux): of
 * those, one could be taken between its probe and its use.
 */
const FIRST = 20_000;
const LAST = 32_000;

/** Processes of a run begin at different ones. */
let next = FIRST + ((process.pid * 20) % (LAST - FIRST));

/** The first of so many free ports in a row. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const port = next;
    next = port + count < LAST ? port + count : FIRST;
    const probes = await Promise.allSettled(Array.from({ length: count }, (_, i) => probe(port + i)));
    if (probes.every(({ status }) => status === 'fulfilled')) return port;
  }
}

async function probe(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
