import { HOUR_MS } from '../../config/limits.ts';
import { newId } from '../../lib/id.ts';
import type { ActorCtx } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import { requireScope } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import { findEntities } from './entities.ts';
import type { Jes } from './jes.ts';
import { newPostSchema } from './schemas.ts';
import { insertPoll, insertPost } from './store.ts';
import { writeNewPost } from './write-new-post.ts';

/**
 * Creates a Jes: the post with its poll, the daily quota, the account's total and the event in one transaction, one
 * request to Neon.
 *
 * @throws Refused `missing_scope`, `invalid_request`, `daily_quota_exceeded`, `api_key_revoked` (since it was admitted)
 */
export async function createPost(ctx: ActorCtx, input: unknown): Promise<Written<Jes>> {
  const { actor, now } = ctx;
  requireScope(actor, 'write:jes');
  const { content, visibility, jeHubId, location, poll, linkPreviewUrl } = parseInput(newPostSchema, input);
  const { db } = ctx.ports;
  const { hashtags, usernames, url } = findEntities(content);
  const id = newId(now);
  const post = {
    id,
    actor,
    content,
    visibility,
    jehubId: jeHubId ?? null,
    location: location ?? null,
    hashtags,
    usernames,
    linkPreviewUrl: linkPreviewUrl ?? url,
    createdAt: new Date(now),
  };
  const polls = poll
    ? insertPoll(db, id, {
        options: poll.options.map((text) => ({ id: newId(now), text })),
        multiple: poll.multiple,
        endsAt: new Date(now + poll.durationHours * HOUR_MS),
      })
    : [];
  return await writeNewPost(
    ctx,
    { id, statements: [insertPost(db, post), ...polls], previewUrl: post.linkPreviewUrl },
    ({ column }) =>
      column === 'visibility' ? [{ path: 'jeHubId', message: 'must be the id of a JeHub of this account' }] : undefined,
  );
}
