import { Ratelimit } from '@upstash/ratelimit';
import { Hono } from 'hono';
import type { ServiceSecrets } from '../../../src/dev/secrets.ts';
import { connectRedis } from './env.ts';

/** Two ways to count what an address does: the Workers binding, and a sliding window in Redis. */
const app = new Hono<{ Bindings: ServiceSecrets & { UNKNOWN_KEY_LIMITER: RateLimit } }>();

const ephemeralCache = new Map<string, number>();

app.get('/binding', async (c) => {
  const { success } = await c.env.UNKNOWN_KEY_LIMITER.limit({ key: addressOf(c.req.raw) });
  return c.json({ success });
});

app.get('/upstash', async (c) => {
  const limiter = new Ratelimit({
    redis: connectRedis(c.env),
    limiter: Ratelimit.slidingWindow(20, '1 m'),
    prefix: 'shield',
    ephemeralCache,
  });
  const { success } = await limiter.limit(addressOf(c.req.raw));
  return c.json({ success });
});

const addressOf = (request: Request) => request.headers.get('CF-Connecting-IP') ?? 'none';

export default app;
