import { Hono } from 'hono';

interface Bindings {
  UPSTASH_REDIS_REST_URL: string;
  UPSTASH_REDIS_REST_TOKEN: string;
  DATABASE_URL: string;
  NEON_SQL_ENDPOINT: string;
}

/**
 * The least that a route with the same subrequests can do. The client sends the command for Redis, so that Redis has
 * the same work as for a warm key, and says if Neon is to be asked too.
 */
const app = new Hono<{ Bindings: Bindings }>();

app.get('/', async (c) => {
  const redis = fetch(c.env.UPSTASH_REDIS_REST_URL, {
    method: 'POST',
    headers: { Authorization: `Bearer ${c.env.UPSTASH_REDIS_REST_TOKEN}` },
    body: c.req.header('X-Command') ?? '["PING"]',
  }).then((response) => response.json());
  if (c.req.header('X-Statement') === undefined) return c.json(await redis);
  const neon = fetch(c.env.NEON_SQL_ENDPOINT, {
    method: 'POST',
    headers: {
      'Neon-Connection-String': c.env.DATABASE_URL,
      'Neon-Raw-Text-Output': 'true',
      'Neon-Array-Mode': 'true',
    },
    body: JSON.stringify({ query: 'SELECT 1', params: [] }),
  }).then((response) => response.json());
  return c.json(await Promise.all([redis, neon]));
});

export default app;
