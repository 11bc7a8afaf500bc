import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import type { Like } from './schemas.ts';
import { markAnswer, setMark } from './store.ts';
import { writeAsPerson } from './write.ts';

/** Likes or unlikes a Jes that the person may see; a repetition changes nothing. @throws ApiError `not_found` */
export async function setLike(ctx: SessionCtx, postId: string, isSet: boolean): Promise<Written<Like>> {
  if (!isId(postId)) throw new ApiError({ code: 'not_found' });
  const { now, ports } = ctx;
  const actor = writerOf(ctx);
  const target = { postId, actor, isSet, at: new Date(now) };
  return await writeAsPerson<Like>(ctx, {
    status: 200,
    statements: [setMark(ports.db, 'like', target)],
    answer: markAnswer('like', target),
  });
}
