import { Hono } from 'hono';

interface Bindings {
  UPSTASH_REDIS_REST_URL: string;
  UPSTASH_REDIS_REST_TOKEN: string;
}

/**
 * The least that a route with one subrequest can do: the floor below the hot path. The client sends the command for
 * Redis, so that Redis has the same work as for a warm key.
 */
const app = new Hono<{ Bindings: Bindings }>();

app.get('/', async (c) => {
  const response = await fetch(c.env.UPSTASH_REDIS_REST_URL, {
    method: 'POST',
    headers: { Authorization: `Bearer ${c.env.UPSTASH_REDIS_REST_TOKEN}` },
    body: c.req.header('X-Command') ?? '["PING"]',
  });
  return c.json(await response.json());
});

export default app;
