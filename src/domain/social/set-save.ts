import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import type { Save } from './schemas.ts';
import { markAnswer, setMark } from './store.ts';
import { writeAsPerson } from './write.ts';

/** Saves or unsaves a Jes that the person may see; a repetition changes nothing. @throws ApiError `not_found` */
export async function setSave(ctx: SessionCtx, postId: string, isSet: boolean): Promise<Written<Save>> {
  if (!isId(postId)) throw new ApiError({ code: 'not_found' });
  const { now, ports } = ctx;
  const actor = writerOf(ctx);
  const target = { postId, actor, isSet, at: new Date(now) };
  return await writeAsPerson<Save>(ctx, {
    status: 200,
    statements: [setMark(ports.db, 'save', target)],
    answer: markAnswer('save', target),
  });
}
