export { openEmbeddedRedis } from './embedded.ts';
export { openRedis } from './real.ts';
export { serveUpstashRest } from './server.ts';
