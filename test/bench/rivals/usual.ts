import { Ratelimit } from '@upstash/ratelimit';
import { eq } from 'drizzle-orm';
import { Hono } from 'hono';
import { accounts } from '../../../src/data/schema/accounts.ts';
import { apiKeys } from '../../../src/data/schema/api-keys.ts';
import type { ServiceSecrets } from '../../../src/dev/secrets.ts';
import { connectDb, connectRedis } from './env.ts';

/**
 * The usual design: hash the key, look it up in the database, then ask the rate limiter about both windows. The two are
 * asked at once, so the client sends them as one pipeline.
 */
const app = new Hono<{ Bindings: ServiceSecrets }>();

/** As the library's guide for Workers has it: shared by the requests of an isolate. */
const ephemeralCache = new Map<string, number>();

app.get('/me', async (c) => {
  const key = /^Bearer (\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
  if (!key) return c.json({ error: 'Authentication required' }, 401);
  const [row] = await connectDb(c.env)
    .select({ key: apiKeys, account: accounts })
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(eq(apiKeys.hash, await sha256(key)));
  if (!row || row.key.revokedAt || (row.key.expiresAt && row.key.expiresAt.getTime() <= Date.now())) {
    return c.json({ error: 'Invalid API key' }, 401);
  }

  const redis = connectRedis(c.env);
  const minute = new Ratelimit({
    redis,
    limiter: Ratelimit.slidingWindow(60, '1 m'),
    prefix: 'usual:minute',
    ephemeralCache,
  });
  const day = new Ratelimit({
    redis,
    limiter: Ratelimit.slidingWindow(10_000, '24 h'),
    prefix: 'usual:day',
    ephemeralCache,
  });
  const [perMinute, perDay] = await Promise.all([minute.limit(row.key.id), day.limit(row.key.id)]);
  c.header('X-RateLimit-Limit', String(perMinute.limit));
  c.header('X-RateLimit-Remaining', String(perMinute.remaining));
  if (!perMinute.success || !perDay.success) return c.json({ error: 'Rate limit exceeded' }, 429);
  return c.json(row.account);
});

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export default app;
