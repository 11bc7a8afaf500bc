import { afterEach, describe, expect, test, vi } from 'vitest';
import { verifyWebhook, type WebhookRequest, WebhookVerificationError } from '../../src/client/index.ts';
import { WEBHOOK_TIMEOUT_MS } from '../../src/config/limits.ts';
import type { Ports } from '../../src/domain/context.ts';
import { suspendAccount } from '../../src/domain/suspension/index.ts';
import { checkReceiver, type ProbeResult } from '../../src/domain/webhooks/index.ts';
import { Harness, type TestKey, withPorts } from '../support/app/harness.ts';
import { runAs, stopClock } from '../support/app/people.ts';
import { newWebhook } from '../support/app/webhooks.ts';
import { rowsOf } from '../support/database/database.ts';

afterEach(() => vi.restoreAllMocks());

/** A request as a receiver reads it. */
interface Got {
  readonly body: string;
  readonly headers: Headers;
}

type Receive = (got: Got) => Promise<number>;

/** Receivers of integrators, made by the rules and not quite by them. */
function receivers(secret: string, now: number): Record<string, Receive> {
  const verified = async ({ body, headers }: Got, more: Partial<WebhookRequest> = {}) => {
    try {
      await verifyWebhook({ body, headers, secret, now, ...more });
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  };
  const seen = new Set<string | null>();
  const isFirst = ({ headers }: Got) => seen.size < seen.add(headers.get('webhook-id')).size;
  return {
    right: async (got) => ((await verified(got)) ? 200 : 401),
    'that verifies nothing but the time': async ({ headers }) =>
      Math.abs(now / 1_000 - Number(headers.get('webhook-timestamp'))) > 300 ? 401 : 200,
    'that takes recorded requests': async (got) =>
      (await verified(got, { toleranceSeconds: Number.POSITIVE_INFINITY })) ? 200 : 401,
    'that refuses what it knows': async (got) => {
      if (!(await verified(got))) return 401;
      return isFirst(got) ? 200 : 409;
    },
    'that looks at the first signature alone': async ({ body, headers }) => {
      const [first = ''] = (headers.get('webhook-signature') ?? '').split(' ');
      const shortened = new Headers(headers);
      shortened.set('webhook-signature', first);
      return (await verified({ body, headers: shortened })) ? 200 : 401;
    },
    'that works before it answers': () => new Promise(() => undefined),
  };
}

async function check(name: string): Promise<readonly ProbeResult[]> {
  const harness = new Harness();
  const key = await harness.newKey();
  const { id, secret } = await newWebhook(harness, key);
  const receive = receivers(secret, harness.now)[name];
  if (!receive) throw new Error(`no receiver is called ${name}`);
  const fetchTarget = async (_: string, init: RequestInit): Promise<Response> => {
    const ended = new Promise<never>((_resolve, reject) => {
      init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
    });
    const headers = new Headers(init.headers);
    return new Response('', { status: await Promise.race([receive({ body: String(init.body), headers }), ended]) });
  };
  return await probe(harness, key, id, fetchTarget);
}

function probe(harness: Harness, key: TestKey, webhookId: string, fetchTarget: Ports['fetchTarget']) {
  return runAs(harness, { id: key.accountId }, (ctx) => {
    return checkReceiver(withPorts(ctx, { fetchTarget }), { keyId: key.id, webhookId });
  });
}

const failed = (probes: readonly ProbeResult[]) => probes.flatMap(({ probe, isPassed }) => (isPassed ? [] : [probe]));

describe('six probes tell a receiver', () => {
  test.each([
    ['right', []],
    ['that verifies nothing but the time', ['wrong_signature']],
    ['that takes recorded requests', ['stale_timestamp']],
    ['that refuses what it knows', ['repeated_id']],
    ['that looks at the first signature alone', ['two_signatures']],
  ])('%s: %j fail', async (name, probes) => {
    expect(failed(await check(name))).toEqual(probes);
  });

  test('that works before it answers: none is answered in time', async () => {
    const { timeout } = AbortSignal;
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      if (ms !== WEBHOOK_TIMEOUT_MS) return timeout.call(AbortSignal, ms);
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 1);
      return controller.signal;
    });
    const probes = await check('that works before it answers');
    expect(failed(probes)).toEqual(probes.map(({ probe }) => probe));
    expect(probes.map(({ met }) => met)).toEqual(
      probes.map(() => ({ kind: 'no_response', error: 'timeout', durationMs: expect.any(Number) })),
    );
  });
});

describe('a check', () => {
  const right = async () => new Response('ok');

  test('is no delivery, stands in the history, and is throttled with tests and replays', async () => {
    stopClock('2026-11-24T12:00:10Z');
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newWebhook(harness, key);
    for (let i = 0; i < 10; i++) await probe(harness, key, id, right);
    await expect(probe(harness, key, id, right)).rejects.toMatchObject({
      reason: { code: 'rate_limit_exceeded', window: 'webhook_sends' },
    });
    expect(await rowsOf(harness, `SELECT id FROM webhook_deliveries WHERE endpoint_id = '${id}'`)).toEqual([]);
    const events = await rowsOf(
      harness,
      `SELECT id FROM audit_log WHERE api_key_id = '${key.id}' AND event = 'webhook_tested'`,
    );
    expect(events).toHaveLength(10);
  });

  test('sends nothing for a key that is revoked or suspended, or to another person', async () => {
    const harness = new Harness();
    const [revoked, suspended] = [await harness.newKey(), await harness.newKey()];
    const asked: unknown[] = [];
    const fetchTarget = async (url: string) => {
      asked.push(url);
      return new Response('ok');
    };
    const { id } = await newWebhook(harness, revoked);
    const other = await newWebhook(harness, suspended);
    await expect(
      runAs(harness, { id: suspended.accountId }, (ctx) => checkReceiver(ctx, { keyId: revoked.id, webhookId: id })),
    ).rejects.toMatchObject({ reason: { code: 'not_found' } });
    await harness.revoke(revoked);
    await expect(probe(harness, revoked, id, fetchTarget)).rejects.toMatchObject({
      reason: { code: 'invalid_request' },
    });
    await harness.run((ctx) => suspendAccount(ctx, suspended.accountId));
    await expect(probe(harness, suspended, other.id, fetchTarget)).rejects.toMatchObject({
      reason: { code: 'account_suspended' },
    });
    expect(asked).toEqual([]);
  });
});
