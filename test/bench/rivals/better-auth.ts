import { apiKey } from '@better-auth/api-key';
import type { SecondaryStorage } from '@better-auth/core/db';
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';

import { eq } from 'drizzle-orm';
import { Hono } from 'hono';
import type { ServiceSecrets } from '../../../src/dev/secrets.ts';
import { account, apikey, session, user, verification } from './better-auth-tables.ts';
import { connectDb, connectRedis } from './env.ts';

/** The place where the plugin keeps its keys: its default, or its documented way to be quick. */
export type Storage = 'database' | 'secondary-storage';

/**
 * better-auth with its API-key plugin, set up after its guides for Workers and for the plugin's storage modes, and
 * limited as near to ours as it can be: 60 requests a minute and key (it has one window, so none for 24 h).
 *
 * @param waitUntil lets deferred updates outlive the answer
 */
export function createAuth(env: ServiceSecrets, storage: Storage, waitUntil: (work: Promise<unknown>) => void) {
  return betterAuth({
    baseURL: 'http://localhost',
    secret: 'only for measuring; it signs nothing here',
    telemetry: { enabled: false },
    database: drizzleAdapter(connectDb(env), {
      provider: 'pg',
      schema: { user, session, account, verification, apikey },
    }),
    ...(storage === 'secondary-storage' && { secondaryStorage: upstash(env) }),
    advanced: { backgroundTasks: { handler: waitUntil } },
    plugins: [
      apiKey({
        storage,
        // Its documentation's advice for serverless: counters are written after the answer.
        deferUpdates: storage === 'secondary-storage',
        rateLimit: { enabled: true, timeWindow: 60_000, maxRequests: 60 },
      }),
    ],
  });
}

/** Redis as better-auth's secondary storage. A client per call: requests on Workers must not share their I/O. */
function upstash(env: ServiceSecrets): SecondaryStorage {
  const redis = () => connectRedis(env, { asText: true });
  return {
    get: (key) => redis().get(key),
    getAndDelete: (key) => redis().getdel(key),
    set: (key, value, ttl) => (ttl ? redis().set(key, value, { ex: ttl }) : redis().set(key, value)),
    delete: async (key) => {
      await redis().del(key);
    },
    increment: async (key, ttl) => {
      const value = await redis().incr(key);
      if (value === 1) await redis().expire(key, ttl);
      return value;
    },
  };
}

/** `GET /me` for holders of an API key. @param auth made once per isolate */
export function createApp(auth: () => ReturnType<typeof createAuth>) {
  const app = new Hono<{ Bindings: ServiceSecrets }>();
  app.get('/me', async (c) => {
    const key = /^Bearer (\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    if (!key) return c.json({ error: 'Authentication required' }, 401);
    const verified = await auth().api.verifyApiKey({ body: { key } });
    if (verified.error?.code === 'RATE_LIMITED') return c.json({ error: 'Rate limit exceeded' }, 429);
    if (!verified.valid || !verified.key) return c.json({ error: 'Invalid API key' }, 401);
    const [owner] = await connectDb(c.env).select().from(user).where(eq(user.id, verified.key.referenceId));
    return owner ? c.json(owner) : c.json({ error: 'Invalid API key' }, 401);
  });
  return app;
}
