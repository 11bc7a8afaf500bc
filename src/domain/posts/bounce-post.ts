import { isId, newId } from '../../lib/id.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { findEntities } from '../content/index.ts';
import { type ActorCtx, writerOf } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import { requireScope } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import type { Jes } from './jes.ts';
import { bounceSchema } from './schemas.ts';
import { countBounce, insertBounce } from './store.ts';
import { writeJes } from './write-jes.ts';

/**
 * Bounces a Jes that is for everybody, once, or quote-bounces it with words of one's own, as often as one likes. A
 * bounce is a Jes: it counts against the daily quota and is told as one.
 *
 * @throws ApiError `missing_scope`, `not_found`, `invalid_request`, `already_bounced`, `daily_quota_exceeded`,
 * `api_key_revoked` (since it was admitted)
 */
export async function bouncePost(ctx: ActorCtx, postId: string, input: unknown): Promise<Written<Jes>> {
  const { actor, now } = ctx;
  requireScope(actor, bouncePost.scope);
  if (!isId(postId)) throw new ApiError({ code: 'not_found' });
  const { content = '' } = parseInput(bounceSchema, input);
  const { db } = ctx.ports;
  const id = newId(now);
  const entities = findEntities(content);
  const bounce = { id, actor: writerOf(ctx), postId, content, entities, createdAt: new Date(now) };
  return await writeJes(ctx, {
    id,
    statements: [insertBounce(db, bounce), countBounce(db, id)],
    rules: {
      posts_bounced_once: () => new ApiError({ code: 'already_bounced' }),
      bounced_visible: () => new ApiError({ code: 'not_found' }),
      bounced_public: () => invalidField('id', 'only a Jes that is PUBLIC can be bounced'),
    },
    previewUrl: entities.url,
    files: [],
  });
}
bouncePost.scope = 'write:jes' as const;
