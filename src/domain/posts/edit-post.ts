import { runSql } from '../../data/db.ts';
import { isId } from '../../lib/id.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { findEntities, refuseOthers, viewOf } from '../content/index.ts';
import { type ActorCtx, writerOf } from '../context.ts';
import { type Written, writeOnce } from '../idempotency/index.ts';
import { requireScope } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import { askForPreview } from './ask-for-preview.ts';
import type { Jes } from './jes.ts';
import { postChangeSchema } from './schemas.ts';
import { type AltText, ownJes, selectFileIds, updateAlt, updatePost } from './store.ts';
import { toWrittenJes } from './written-jes.ts';

/**
 * Changes a Jes of one's own: its content with what is found in it, its visibility, its location, the texts of its
 * files. What is left out stays.
 *
 * @throws ApiError `missing_scope`, `not_found`, `not_owner`, `invalid_request`, `api_key_revoked` (since it was
 * admitted)
 */
export async function editPost(ctx: ActorCtx, id: string, input: unknown): Promise<Written<Jes>> {
  const { actor, now } = ctx;
  requireScope(actor, editPost.scope);
  if (!isId(id)) throw new ApiError({ code: 'not_found' });
  const change = parseInput(postChangeSchema, input);
  const entities = change.content === undefined ? undefined : findEntities(change.content);
  const { db } = ctx.ports;
  const written = await writeOnce(ctx, {
    status: 200,
    statements: [
      updatePost(db, id, writerOf(ctx), { ...change, entities }, new Date(now)),
      ...(change.media ? [updateAlt(db, id, actor, change.media)] : []),
    ],
    answer: ownJes(id, viewOf(ctx)),
    postId: id,
    rules: {
      content_required: () => invalidField('content', 'must not be empty'),
      bounce_without_content: () =>
        invalidField('content', 'a bounce has no content of its own; delete it and quote-bounce instead'),
      jehub_visibility: () => invalidField('visibility', 'a Jes in a JeHub is for its members'),
      files_of_post: () => unknownFiles(ctx, id, change.media ?? []),
    },
  });
  if (!written) return await refuseOthers(ctx, 'post', id);
  const edited = await toWrittenJes(ctx, written);
  const jes = edited.value;
  // The change may show it to visitors, or hide it from them.
  if (change.visibility) ctx.defer(ctx.ports.publicCache.forget([jes.url, ...jes.media.map(({ url }) => url)]));
  if (entities && !written.replayed && jes.media.length === 0) askForPreview(ctx, id, entities.url);
  return edited;
}
editPost.scope = 'write:jes' as const;

/** Names those files that are none of this Jes. */
async function unknownFiles({ ports }: ActorCtx, postId: string, named: readonly AltText[]): Promise<ApiError> {
  const { rows } = await runSql(selectFileIds(ports.db, postId));
  const known = new Set(rows.map(({ id }) => id));
  const details = named.flatMap(({ id }, i) =>
    known.has(id) ? [] : [{ path: `media.${i}.id`, message: 'must be the id of a file of this Jes' }],
  );
  return new ApiError({ code: 'invalid_request', details });
}
