import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

/** A server that takes objects over the protocol of workerd's R2 binding, and keeps none of them. */
export interface Bucket {
  /** `host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Starts a bucket outside of the process that is measured; it serves `put` alone. */
export async function startBucket(): Promise<Bucket> {
  const server = createServer(async (request, response) => {
    const { name, size } = await swallow(request);
    const etag = createHash('md5').update(name).digest('hex');
    const object = { name, version: etag, size, etag, uploaded: 0, httpFields: {}, customFields: [], checksums: {} };
    const answer = JSON.stringify(object);
    response.writeHead(200, { 'cf-r2-metadata-size': String(Buffer.byteLength(answer)) }).end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    address: `127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Reads a `put`: a JSON of the length in a header, and the bytes of the object. */
async function swallow(request: IncomingMessage): Promise<{ readonly name: string; readonly size: number }> {
  const metadataSize = Number(request.headers['cf-r2-metadata-size']);
  let metadata = Buffer.alloc(0);
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    const missing = Math.max(0, metadataSize - metadata.length);
    if (missing > 0) metadata = Buffer.concat([metadata, chunk.subarray(0, missing)]);
    size += Math.max(0, chunk.length - missing);
  }
  const { method, object } = JSON.parse(metadata.toString()) as { method: string; object: string };
  if (method !== 'put') throw new Error(`the bucket of the bench was asked to ${method}`);
  return { name: object, size };
}
