import { THROTTLES, WEBHOOK_PROBE_STALE_MS, WEBHOOK_TIMEOUT_MS } from '../../config/limits.ts';
import { TEST_EVENT } from '../../data/schema/outbox-events.ts';
import { throttle } from '../accounts/index.ts';
import { ApiError, invalidField } from '../api-error.ts';
import type { ActorCtx, ClientAddress } from '../context.ts';
import { type AttemptResult, newSecret, openSecret, sendAttempt } from '../deliveries/index.ts';
import { runAsActor } from '../idempotency/index.ts';
import { newEventId } from '../outbox/index.ts';
import { nameWebhook, type WebhookPath } from './named.ts';
import { insertAudit, selectProbed } from './store.ts';

/**
 * The requests of a check, in the order in which its result lists them. `good` is sent alone and first, because
 * `repeated_id` sends it again.
 */
export const PROBES = [
  'good',
  'wrong_signature',
  'stale_timestamp',
  'repeated_id',
  'two_signatures',
  'in_time',
] as const;

/** A request to a receiver whose right response is known. */
export interface ProbeResult {
  readonly probe: (typeof PROBES)[number];
  readonly isPassed: boolean;
  /** The receiver must take it with 2xx, or refuse it with another status. */
  readonly expects: 'accepted' | 'refused';
  readonly met: AttemptResult;
}

/** What differs from a good request. */
interface Probe {
  readonly probe: ProbeResult['probe'];
  readonly expects: ProbeResult['expects'];
  readonly id: string;
  readonly secrets: readonly string[];
  readonly ageMs?: number;
}

/**
 * Checks a receiver with six requests that are no deliveries: a good one; one with a wrong signature; one that is too
 * old; the first once more; one with two signatures, of which the second is right, as during a rotation; and one whose
 * response must come in time. A receiver that verifies and deduplicates as Standard Webhooks asks passes all.
 *
 * @throws ApiError `not_found`, `rate_limit_exceeded`, `invalid_request` (its key is revoked or suspended)
 */
export async function checkReceiver(
  ctx: ActorCtx,
  path: WebhookPath,
  address?: ClientAddress,
): Promise<readonly ProbeResult[]> {
  const named = nameWebhook(ctx, path);
  await throttle(ctx, [{ rule: THROTTLES.webhookSends, subject: named.webhookId }], 'webhook_sends');
  const { db, webhookSecretKeys } = ctx.ports;
  const at = new Date(ctx.now);
  const [{ rows }] = await runAsActor(
    ctx,
    db.batch([selectProbed(db, named), insertAudit(db, named, { event: 'webhook_tested', at, address })]),
  );
  const [target] = rows;
  if (!target) throw new ApiError({ code: 'not_found' });
  if (!target.hears) throw invalidField('status', 'its key is revoked, or its account suspended');
  const secret = await openSecret(webhookSecretKeys, target.sealedSecret, named.webhookId);

  const send = async ({ probe, expects, id, secrets, ageMs = 0 }: Probe): Promise<ProbeResult> => {
    const data = { webhook: { id: named.webhookId, url: target.url } };
    const body = JSON.stringify({ event: TEST_EVENT, id, created_at: at.toISOString(), data });
    const met = await sendAttempt(ctx, { url: target.url, id, body, secrets }, ctx.clock.now() - ageMs);
    const isAccepted = met.kind === 'response' && met.statusCode >= 200 && met.statusCode < 300;
    const isRefused = met.kind === 'response' && met.statusCode >= 400;
    const isInTime = met.durationMs < WEBHOOK_TIMEOUT_MS;
    const isPassed =
      probe === 'in_time' ? met.kind === 'response' && isInTime : expects === 'accepted' ? isAccepted : isRefused;
    return { probe, expects, isPassed, met };
  };
  const id = newEventId();
  const first = await send({ probe: 'good', expects: 'accepted', id, secrets: [secret] });
  const rest: readonly Probe[] = [
    { probe: 'wrong_signature', expects: 'refused', id: newEventId(), secrets: [newSecret()] },
    {
      probe: 'stale_timestamp',
      expects: 'refused',
      id: newEventId(),
      secrets: [secret],
      ageMs: WEBHOOK_PROBE_STALE_MS,
    },
    { probe: 'repeated_id', expects: 'accepted', id, secrets: [secret] },
    { probe: 'two_signatures', expects: 'accepted', id: newEventId(), secrets: [newSecret(), secret] },
    { probe: 'in_time', expects: 'accepted', id: newEventId(), secrets: [secret] },
  ];
  return [first, ...(await Promise.all(rest.map(send)))];
}
