import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { type ActorCtx, writerOf } from '../context.ts';
import type { Named } from './store.ts';

/** Of a path below `/api/auth/api-keys/:id`. */
export interface WebhookPath {
  readonly keyId: string;
  readonly webhookId: string;
}

/** A key that the actor may speak of: a person any of theirs, a key itself alone. @throws ApiError `not_found` */
export function nameKey({ actor }: ActorCtx, keyId: string): string {
  if (!isId(keyId) || (actor.type === 'apiKey' && actor.keyId !== keyId)) throw new ApiError({ code: 'not_found' });
  return keyId;
}

/** An endpoint as statements name it. @throws ApiError `not_found` where it cannot be the actor's */
export function nameWebhook(ctx: ActorCtx, { keyId, webhookId }: WebhookPath): Named {
  nameKey(ctx, keyId);
  if (!isId(webhookId)) throw new ApiError({ code: 'not_found' });
  return { actor: writerOf(ctx), keyId, webhookId };
}
