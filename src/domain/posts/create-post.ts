import { HOUR_MS } from '../../config/limits.ts';
import { newId } from '../../lib/id.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { findEntities } from '../content/index.ts';
import { type ActorCtx, writerOf } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import { requireScope } from '../keys/index.ts';
import { insertMedia, type StoredMedia } from '../media/index.ts';
import { parseInput } from '../parse-input.ts';
import type { Jes } from './jes.ts';
import { newMediaPostSchema, newPostSchema } from './schemas.ts';
import { insertPoll, insertPost } from './store.ts';
import { writeJes } from './write-jes.ts';

/**
 * Creates a Jes: the post with its poll and its files, the daily quota, the account's total and the event in one
 * transaction, one request to Neon.
 *
 * @param media files that are in the bucket already; where there are some, nothing is unfurled
 * @throws ApiError `missing_scope`, `invalid_request`, `daily_quota_exceeded`, `api_key_revoked` (since it was
 * admitted)
 */
export async function createPost(
  ctx: ActorCtx,
  input: unknown,
  media: readonly StoredMedia[] = [],
): Promise<Written<Jes>> {
  requireScope(ctx.actor, createPost.scope);
  const { now } = ctx;
  const hasMedia = media.length > 0;
  const { content, visibility, jeHubId, location, poll, linkPreviewUrl, alt } = parseInput(
    hasMedia ? newMediaPostSchema : newPostSchema,
    input,
  );
  requireFiles(alt, media.length);
  const { db } = ctx.ports;
  const { hashtags, usernames, url } = findEntities(content);
  const id = newId(now);
  const post = {
    id,
    actor: writerOf(ctx),
    content,
    visibility,
    jehubId: jeHubId ?? null,
    location: location ?? null,
    hashtags,
    usernames,
    linkPreviewUrl: hasMedia ? null : (linkPreviewUrl ?? url),
    createdAt: new Date(now),
  };
  const polls = poll
    ? insertPoll(db, id, {
        options: poll.options.map((text) => ({ id: newId(now), text })),
        multiple: poll.multiple,
        endsAt: new Date(now + poll.durationHours * HOUR_MS),
      })
    : [];
  const files = hasMedia ? [insertMedia(db, { postId: id }, media, alt)] : [];
  return await writeJes(ctx, {
    id,
    statements: [insertPost(db, post), ...polls, ...files],
    rules: { jehub_member: () => invalidField('jeHubId', 'must be the id of a JeHub of this account') },
    previewUrl: post.linkPreviewUrl,
    files: media,
  });
}
createPost.scope = 'write:jes' as const;

/** @throws ApiError `invalid_request` for each text that has no file to describe */
function requireFiles(alt: readonly (string | null)[], files: number): void {
  const message = files === 1 ? 'describes no file: there is 1' : `describes no file: there are ${files}`;
  const details = alt.flatMap((text, i) => (text !== null && i >= files ? [{ path: `alt.${i}`, message }] : []));
  if (details.length > 0) throw new ApiError({ code: 'invalid_request', details });
}
