import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { findEntities, refuseOthers, viewOf } from '../content/index.ts';
import { type ActorCtx, writerOf } from '../context.ts';
import { type Written, writeOnce } from '../idempotency/index.ts';
import { requireScope } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import { type JesClip, toJesClip } from './jesclip.ts';
import { jesClipChangeSchema } from './schemas.ts';
import { ownJesClip, updateJesClip } from './store.ts';

/**
 * Changes a JesClip of one's own: its caption with the hashtags and mentions in it, its visibility. A field that is
 * left out stays.
 *
 * @throws ApiError `missing_scope`, `not_found`, `not_owner`, `invalid_request`, `api_key_revoked` (since it was
 * admitted)
 */
export async function editJesClip(ctx: ActorCtx, id: string, input: unknown): Promise<Written<JesClip>> {
  const { actor, now } = ctx;
  requireScope(actor, editJesClip.scope);
  if (!isId(id)) throw new ApiError({ code: 'not_found' });
  const change = parseInput(jesClipChangeSchema, input);
  const entities = change.caption === undefined ? undefined : findEntities(change.caption);
  const view = viewOf(ctx);
  const written = await writeOnce(ctx, {
    status: 200,
    statements: [updateJesClip(ctx.ports.db, id, writerOf(ctx), { ...change, entities }, new Date(now))],
    answer: ownJesClip(id, view),
  });
  if (!written) return await refuseOthers(ctx, 'jesclip', id);
  const clip = await toJesClip(ctx.ports, written.value, view);
  // The change may show it to visitors, or hide it from them.
  if (change.visibility) ctx.defer(ctx.ports.publicCache.forget([clip.url, clip.video.url]));
  return { ...written, value: clip };
}
editJesClip.scope = 'write:jesclip' as const;
