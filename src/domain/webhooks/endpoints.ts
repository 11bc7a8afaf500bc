import { WEBHOOK_BATCH, WEBHOOK_ROTATION_MS } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { newId } from '../../lib/id.ts';
import { unsealUnder } from '../../lib/seal.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { type ActorCtx, type ClientAddress, type Ctx, writerOf } from '../context.ts';
import { isAllowedTarget, newSecret, sealSecret } from '../deliveries/index.ts';
import { runAsActor, throttlePerson, type Written, writeOnce } from '../idempotency/index.ts';
import { cancelSilenced } from '../outbox/index.ts';
import { parseInput } from '../parse-input.ts';
import { nameKey, nameWebhook, type WebhookPath } from './named.ts';
import { newWebhookSchema, rotationSchema, webhookChangeSchema } from './schemas.ts';
import {
  deletedAnswer,
  insertAudit,
  insertRotationAudit,
  insertWebhook,
  lockKey,
  markDeleted,
  rotateSecret,
  selectRotation,
  selectWebhook,
  selectWebhooks,
  updateWebhook,
  writtenWebhook,
} from './store.ts';
import type { CreatedWebhook, RotatedSecret, WebhookAnswer, WebhookList } from './webhook.ts';

/** The endpoints of a key, the oldest first. @throws ApiError `not_found` */
export async function listWebhooks(ctx: ActorCtx, keyId: string): Promise<WebhookList> {
  const { rows } = await runSql(selectWebhooks(ctx.ports.db, ctx.actor, nameKey(ctx, keyId)));
  return parseFound(rows);
}

/** One endpoint. @throws ApiError `not_found` */
export async function readWebhook(ctx: ActorCtx, path: WebhookPath): Promise<WebhookAnswer> {
  const { rows } = await runSql(selectWebhook(ctx.ports.db, nameWebhook(ctx, path)));
  return parseFound(rows);
}

/** When the older secret of an endpoint ends; undefined where one signs. @throws ApiError `not_found` */
export async function readRotation(ctx: ActorCtx, path: WebhookPath): Promise<string | undefined> {
  const { rows } = await runSql(selectRotation(ctx.ports.db, nameWebhook(ctx, path), new Date(ctx.now)));
  if (!rows[0]) throw new ApiError({ code: 'not_found' });
  return rows[0].previousExpiresAt ?? undefined;
}

/** @throws ApiError `not_found` */
export function parseFound<T>([row]: readonly { readonly body: string }[]): T {
  if (!row) throw new ApiError({ code: 'not_found' });
  return JSON.parse(row.body) as T;
}

/**
 * Adds an endpoint to a key and answers its signing secret, which is shown this once.
 *
 * @throws ApiError `not_found`, `invalid_request`, `webhook_limit_reached`, `api_key_revoked` (since it was admitted)
 */
export async function createWebhook(
  ctx: ActorCtx,
  keyId: string,
  input: unknown,
  address?: ClientAddress,
): Promise<CreatedWebhook> {
  const named = { actor: writerOf(ctx), keyId: nameKey(ctx, keyId), webhookId: newId(ctx.now) };
  const { url, events, description = null } = parseInput(newWebhookSchema, input);
  requireTarget(ctx, url);
  await throttlePerson(ctx);
  const { db, webhookSecretKeys } = ctx.ports;
  const at = new Date(ctx.now);
  const secret = newSecret();
  const sealedSecret = await sealSecret(webhookSecretKeys, secret, named.webhookId);
  const [, , , { rows }] = await runAsActor(
    ctx,
    db.batch([
      lockKey(db, named),
      insertWebhook(db, named, { url, description, events, sealedSecret, createdAt: at }),
      insertAudit(db, named, { event: 'webhook_created', at, address }),
      selectWebhook(db, named),
    ]),
    {
      own_key: () => new ApiError({ code: 'not_found' }),
      active_key: () => invalidField('id', 'must be the id of an active key'),
      webhooks_of_key: () => new ApiError({ code: 'webhook_limit_reached' }),
    },
  );
  return { ...parseFound<WebhookAnswer>(rows), secret };
}

/** @throws ApiError `invalid_request` */
function requireTarget({ ports }: ActorCtx, url: string): void {
  if (isAllowedTarget(url, ports)) return;
  throw invalidField('url', 'must be an https URL on port 443 with a public host name that is not of Jestha');
}

/** Changes an endpoint. @throws ApiError `not_found`, `invalid_request` */
export async function changeWebhook(
  ctx: ActorCtx,
  path: WebhookPath,
  input: unknown,
  address?: ClientAddress,
): Promise<Written<WebhookAnswer>> {
  const named = nameWebhook(ctx, path);
  const change = parseInput(webhookChangeSchema, input);
  if (change.url !== undefined) requireTarget(ctx, change.url);
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const written = await writeOnce(ctx, {
    status: 200,
    statements: [insertAudit(db, named, { event: 'webhook_changed', at, address }), updateWebhook(db, named, change)],
    answer: writtenWebhook(named),
  });
  if (!written) throw new ApiError({ code: 'not_found' });
  if (change.status === 'disabled') cancelWaiting(ctx, path);
  return { ...written, value: JSON.parse(written.value) as WebhookAnswer };
}

/** Deletes an endpoint with its deliveries. @throws ApiError `not_found` */
export async function deleteWebhook(
  ctx: ActorCtx,
  path: WebhookPath,
  address?: ClientAddress,
): Promise<Written<string>> {
  const named = nameWebhook(ctx, path);
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const written = await writeOnce(ctx, {
    status: 204,
    statements: [insertAudit(db, named, { event: 'webhook_deleted', at, address }), markDeleted(db, named, at)],
    answer: deletedAnswer(named, at),
  });
  if (!written) throw new ApiError({ code: 'not_found' });
  cancelWaiting(ctx, path);
  return written;
}

/**
 * Nothing of it starts any more; this writes down what is cancelled, after the response. The sweep does what is left.
 */
function cancelWaiting({ defer, now, ports }: ActorCtx, { keyId }: WebhookPath): void {
  defer(runSql(cancelSilenced(ports.db, { now, limit: WEBHOOK_BATCH, keyIds: [keyId] })));
}

/**
 * Gives an endpoint another secret. For a day both sign, so that the receiver can be changed without a gap.
 *
 * @throws ApiError `not_found`, `invalid_request`, `rotation_in_progress` while two are live, unless `endPrevious`
 */
export async function rotateWebhookSecret(
  ctx: ActorCtx,
  path: WebhookPath,
  input: unknown,
  address?: ClientAddress,
): Promise<RotatedSecret> {
  const named = nameWebhook(ctx, path);
  const { endPrevious = false } = parseInput(rotationSchema, input);
  await throttlePerson(ctx);
  const { db, webhookSecretKeys } = ctx.ports;
  const at = new Date(ctx.now);
  const secret = newSecret();
  const rotation = {
    sealedSecret: await sealSecret(webhookSecretKeys, secret, named.webhookId),
    at,
    previousExpiresAt: new Date(ctx.now + WEBHOOK_ROTATION_MS),
    endsPrevious: endPrevious,
  };
  const [{ rowCount }, , { rows }] = await runAsActor(
    ctx,
    db.batch([
      rotateSecret(db, named, rotation),
      insertRotationAudit(db, named, { event: 'webhook_secret_rotated', at, address }, rotation.sealedSecret),
      selectWebhook(db, named),
    ]),
  );
  const answer = parseFound<WebhookAnswer>(rows);
  if (rowCount === 0) throw new ApiError({ code: 'rotation_in_progress' });
  return { ...answer, secret, previousExpiresAt: rotation.previousExpiresAt.toISOString() };
}

/** A new signing secret as the browser keeps it until the page that shows it once. */
export async function sealForReveal({ ports }: Ctx, secret: string, webhookId: string): Promise<string> {
  return await sealSecret(ports.webhookSecretKeys, secret, webhookId);
}

/** The secret in a text that {@link sealForReveal} made for this endpoint; undefined for every other text. */
export async function revealSecret({ ports }: Ctx, sealed: string, webhookId: string): Promise<string | undefined> {
  return await unsealUnder(ports.webhookSecretKeys, sealed, webhookId).catch(() => undefined);
}
