import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { generateSignedCookie } from 'hono/cookie';
import { expect } from 'vitest';
import { contextFor } from '../../../src/compose.ts';
import { BACKGROUND_REDIS_BUDGET_MS, REQUESTS_PER_MINUTE } from '../../../src/config/limits.ts';
import { type Db, runSql } from '../../../src/data/db.ts';
import { sessionCookieName } from '../../../src/data/identity.ts';
import type { PreviewJob } from '../../../src/data/link-previews.ts';
import { Meter } from '../../../src/data/meter.ts';
import { accounts } from '../../../src/data/schema/accounts.ts';
import { sessions } from '../../../src/data/schema/sessions.ts';
import type { WebhookWake } from '../../../src/data/webhook-queues.ts';
import { type AccountSeed, insertAccount } from '../../../src/dev/insert-account.ts';
import { secretsFor } from '../../../src/dev/secrets.ts';
import type { Clock, Ctx, Ports } from '../../../src/domain/context.ts';
import { createKey, type NewKey, recordKey, revokeKey, windowsKey } from '../../../src/domain/keys/index.ts';
import { createApp } from '../../../src/http/app.ts';
import { handleBatch } from '../../../src/jobs/handle-batch.ts';
import { sha256Hex } from '../../../src/lib/hash.ts';
import { newId } from '../../../src/lib/id.ts';
import worker from '../../../src/worker.ts';
import { EmulatorControl } from '../database/emulators.ts';
import { servicesOfProcess } from '../database/services.ts';
import { requireConformance } from './conformance.ts';
import { newUsername } from './names.ts';
import { noteRequest } from './requests.ts';

export interface TestRequest {
  readonly method?: string;
  readonly key?: string;
  /** A session cookie, made by {@link Harness.newSession}. */
  readonly cookie?: string;
  /** The origin. By default pages go to the host of the pages, all else to that of the API. */
  readonly origin?: string;
  /** The client's address, as the edge passes it on. */
  readonly address?: string;
  readonly headers?: Record<string, string>;
  /** A value is sent as JSON; a string, bytes or a stream as they are. */
  readonly body?: unknown;
}

/** A key with its account, made by {@link Harness.newKey}. */
export interface TestKey {
  readonly key: string;
  readonly id: string;
  readonly accountId: string;
  readonly username: string;
}

/** A message of a queue of webhooks. */
export interface Wake {
  readonly queue: 'jestha-webhook-events' | 'jestha-webhook-retries';
  readonly body: WebhookWake;
  readonly delaySeconds: number;
}

/** A person signed in, made by {@link Harness.newSession}. */
export interface TestSession {
  readonly cookie: string;
  readonly sessionId: string;
  readonly accountId: string;
  readonly username: string;
}

/** A context whose ports are others, in part. */
export function withPorts<C extends Ctx>(ctx: C, others: Partial<Ports>): C {
  const get = (ports: Ports, name: keyof Ports) => (name in others ? others[name] : ports[name]);
  return { ...ctx, ports: new Proxy(ctx.ports, { get: (ports, name) => get(ports, name as keyof Ports) }) };
}

/**
 * The app in workerd, over the real clients and the emulators, with a clock of its own. Its counters and faults are
 * separate from those of other harnesses.
 */
export class Harness {
  /** Unix milliseconds; the app's only clock. */
  now = Date.UTC(2026, 10, 24, 12, 0, 0);
  readonly neon: EmulatorControl;
  readonly upstash: EmulatorControl;
  /** The messages sent to the queue of links; no consumer takes them. */
  readonly previewJobs: PreviewJob[] = [];
  /** The messages sent to the queues of webhooks, with their delay; only {@link handleWakes} takes them. */
  readonly wakes: Wake[] = [];
  /** Rounds that collect what is written together close at once; a test of them takes the wait of `SYSTEM_CLOCK`. */
  wait = async (_: number): Promise<void> => {};
  readonly clock: Clock = { now: () => this.now, wait: (ms) => this.wait(ms) };
  readonly #app = createApp({ clock: this.clock });
  readonly env: Env;
  readonly #redis: { url: string; token: string };

  /** @param bindings that differ from those of the deployment */
  constructor(overrides: Partial<Env> = {}) {
    const { secret, ...urls } = servicesOfProcess();
    const { neon, upstash } = urls;
    const scope = crypto.randomUUID();
    this.neon = new EmulatorControl(neon, scope);
    this.upstash = new EmulatorControl(upstash, scope);
    this.#redis = { url: upstash, token: secret };
    this.env = {
      ...bindings,
      ...secretsFor(urls, secret, scope),
      WEB_ORIGIN,
      API_ORIGIN,
      LINK_PREVIEWS: this.#previewQueue(),
      WEBHOOK_EVENTS: this.#wakeQueue('jestha-webhook-events'),
      WEBHOOK_RETRIES: this.#wakeQueue('jestha-webhook-retries'),
      ...overrides,
    };
  }

  /** The binding's queue would hand its messages to a Worker without our secrets. */
  #previewQueue(): Queue<PreviewJob> {
    const { previewJobs } = this;
    return Object.create(bindings.LINK_PREVIEWS, {
      send: { value: async (job: PreviewJob) => void previewJobs.push(job) },
    }) as Queue<PreviewJob>;
  }

  #wakeQueue(queue: Wake['queue']): Queue<WebhookWake> {
    const { wakes } = this;
    return Object.create(bindings.WEBHOOK_EVENTS, {
      send: {
        value: async (body: WebhookWake, { delaySeconds = 0 }: QueueSendOptions = {}) =>
          void wakes.push({ queue, body, delaySeconds }),
      },
      sendBatch: {
        value: async (messages: Iterable<MessageSendRequest<WebhookWake>>) => {
          for (const { body } of messages) wakes.push({ queue, body, delaySeconds: 0 });
        },
      },
    }) as Queue<WebhookWake>;
  }

  /**
   * Delivers the waiting messages to the consumers, and those that they send, until only messages with a delay are
   * left.
   *
   * @returns the messages with a delay, which are not delivered
   */
  async handleWakes(): Promise<readonly Wake[]> {
    const delayed: Wake[] = [];
    while (this.wakes.length > 0) {
      const wakes = this.wakes.splice(0);
      delayed.push(...wakes.filter(({ delaySeconds }) => delaySeconds > 0));
      for (const queue of ['jestha-webhook-events', 'jestha-webhook-retries'] as const) {
        const due = wakes.filter((wake) => wake.queue === queue && wake.delaySeconds === 0);
        if (due.length > 0)
          await this.deliver(
            queue,
            due.map(({ body }) => body),
          );
      }
    }
    return delayed;
  }

  /** Sends a request; answers when also the work it deferred is done. */
  async fetch(path: string, request: TestRequest = {}): Promise<Response> {
    const { response, settled } = this.start(path, request);
    const answered = await response;
    await settled();
    return answered;
  }

  /** Sends a request and gives its answer and its deferred work apart. */
  start(path: string, request: TestRequest = {}): { response: Promise<Response>; settled: () => Promise<void> } {
    const executionCtx = createExecutionContext();
    const response = this.#send(toRequest(path, request), request.body, executionCtx);
    return { response, settled: () => waitOnExecutionContext(executionCtx) };
  }

  /** @throws Error if the answer departs from the OpenAPI document */
  async #send(request: Request, body: unknown, executionCtx: ExecutionContext): Promise<Response> {
    const { method, url } = request;
    const response = await this.#app.fetch(request, this.env, executionCtx);
    noteRequest(response, request);
    await requireConformance({ method, path: new URL(url).pathname, ...(isJson(body) && { body }) }, response);
    return response;
  }

  /**
   * Runs verbs at the harness's time, and their background tasks, with the budget that the sweep has for Redis: a busy
   * machine may be slower than that of a request.
   */
  async run<T>(work: (ctx: Ctx) => Promise<T>): Promise<T> {
    const executionCtx = createExecutionContext();
    const context = contextFor(this.env, executionCtx, this.clock, new Meter(), BACKGROUND_REDIS_BUDGET_MS);
    const result = await work(context);
    await waitOnExecutionContext(executionCtx);
    return result;
  }

  /** Has other isolates use a key at this time: this one has not seen it. */
  async useElsewhere(key: string, used: { readonly minute: number; readonly day: number }): Promise<void> {
    // At most 60 requests are counted in a minute.
    const counts = Array.from({ length: 1_441 }, (_, i) => Math.min(60, Math.max(0, used.day - 60 * (1_440 - i))));
    const dayLog = counts.map((count) => String.fromCharCode(48 + count)).join('');
    const minuteLog = String(this.now).repeat(used.minute);
    const bucket = Math.floor(this.now / 60_000);
    const windows = `u1|${this.now}|192.0.2.1|${minuteLog}||${bucket}|${used.day}|${dayLog}`;
    await this.redis('SET', windowsKey(await sha256Hex(key)), windows);
  }

  /** Has other isolates use up the minute of a key. */
  async spendMinute(key: string): Promise<void> {
    await this.useElsewhere(key, { minute: REQUESTS_PER_MINUTE, day: REQUESTS_PER_MINUTE });
  }

  /** Sends a command to Redis without the app: its counters do not change, and no fault applies. */
  async redis(...command: (string | number)[]): Promise<unknown> {
    const response = await fetch(this.#redis.url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.#redis.token}` },
      body: JSON.stringify(command),
    });
    const reply = (await response.json()) as { result?: unknown; error?: string };
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.result;
  }

  /** Takes a key's record out of Redis, so that its next request finds it cold. */
  async chill({ key }: { key: string }): Promise<void> {
    await this.redis('DEL', recordKey(await sha256Hex(key)));
  }

  /** One run of the cron. */
  async sweep(): Promise<void> {
    const executionCtx = createExecutionContext();
    await worker.scheduled(createScheduledController({ scheduledTime: new Date(this.now) }), this.env, executionCtx);
    await waitOnExecutionContext(executionCtx);
  }

  /** One batch of messages of a queue; answers how each was settled. */
  async deliver(queue: string, bodies: readonly unknown[]): ReturnType<typeof getQueueResult> {
    const messages = bodies.map((body, i) => ({ id: String(i), timestamp: new Date(this.now), attempts: 1, body }));
    const batch = createMessageBatch(queue, messages);
    const executionCtx = createExecutionContext();
    await handleBatch(batch, this.env, executionCtx, this.now);
    return await getQueueResult(batch, executionCtx);
  }

  newAccount(seed: Partial<AccountSeed> = {}): Promise<{ id: string; username: string }> {
    const username = seed.username ?? newUsername();
    return this.run(async (ctx) => ({ id: await insertAccount(ctx, { ...seed, username }), username }));
  }

  /** A key of a new account, by default with every scope. Only accounts with a confirmed address have keys. */
  async newKey(options: Partial<NewKey> & { account?: { id: string; username: string } } = {}): Promise<TestKey> {
    const { account, ...overrides } = options;
    const owner = account ?? (await this.newAccount());
    if (account) await this.run(({ ports: { db } }) => runSql(setConfirmed(db, account.id)));
    const { apiKey, key } = await this.run((ctx) => createKey(ctx, owner.id, { ...NEW_KEY, ...overrides }));
    return { key, id: apiKey.id, accountId: owner.id, username: owner.username };
  }

  /** A session of a new account, as signing in makes them, without the cost of a password. */
  async newSession(
    options: { readonly account?: { readonly id: string; readonly username: string } } = {},
  ): Promise<TestSession> {
    const account = options.account ?? (await this.newAccount());
    const token = crypto.randomUUID();
    const sessionId = newId(this.now);
    const now = new Date(this.now);
    await this.run((ctx) =>
      runSql(
        ctx.ports.db.insert(sessions).values({
          id: sessionId,
          token,
          accountId: account.id,
          expiresAt: new Date(this.now + SESSION_TTL_MS),
          createdAt: now,
          updatedAt: now,
        }),
      ),
    );
    const name = sessionCookieName(this.env.WEB_ORIGIN);
    const cookie = await generateSignedCookie(name, token, this.env.SESSION_SECRET, { secure: true });
    return { cookie: cookie.split(';')[0] ?? '', sessionId, accountId: account.id, username: account.username };
  }

  async revoke({ id, accountId }: TestKey): Promise<void> {
    await this.run((ctx) => revokeKey(ctx, { id, accountId, reason: 'user' }));
  }
}

/**
 * The parts of a response that a contract describes, for one literal comparison. The request id is checked and left
 * out.
 */
export async function answerOf(response: Response): Promise<{ status: number; body: unknown }> {
  expect(response.headers.get('Content-Type')).toBe('application/json');
  expect(response.headers.get('X-Jestha-Api-Version')).toBe('1');
  const requestId = response.headers.get('X-Request-Id');
  expect(requestId).toEqual(expect.ulid());
  const body = (await response.json()) as Record<string, unknown>;
  if (response.status < 400) return { status: response.status, body };
  const { requestId: named, docs, ...rest } = body;
  expect(named).toBe(requestId);
  expect(docs).toMatch(new RegExp(`^https?://[^/]+/docs/errors#${String(rest.code)}$`));
  return { status: response.status, body: rest };
}

const setConfirmed = (db: Db, accountId: string) =>
  db.update(accounts).set({ emailVerified: true }).where(eq(accounts.id, accountId));

/** Longer than any test moves its clock. */
const SESSION_TTL_MS = 365 * 86_400_000;

const NEW_KEY: NewKey = {
  label: 'Test service',
  scopes: ['write:jes', 'write:jesclip', 'write:comment', 'read:comment', 'read:engagement', 'webhooks:manage'],
  acceptTerms: true,
};

/** True if a body is a value to be sent as JSON. */
function isJson(body: unknown): boolean {
  return !(typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream);
}

const WEB_ORIGIN = 'https://jestha.com';
const API_ORIGIN = 'https://api.jestha.com';

/** Paths of pages, by the routes of wrangler.toml. */
export const PAGES =
  /^\/(@|assets|docs|forgot-|jesclip\/|llms|media\/|oembed|post\/|privacy|report-key|reset-|settings|sign-|status|terms\/|unsubscribe|verify-|api\/auth\/callback\/)/;

function toRequest(path: string, { method, key, cookie, address, headers, body, ...request }: TestRequest): Request {
  const origin = request.origin ?? (PAGES.test(path) ? WEB_ORIGIN : API_ORIGIN);
  return new Request(`${origin}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      ...(cookie !== undefined && { Cookie: cookie }),
      ...(address !== undefined && { 'CF-Connecting-IP': address }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: isJson(body) ? JSON.stringify(body) : (body as BodyInit) }),
  });
}
