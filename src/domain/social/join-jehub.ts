import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import type { JeHub } from './schemas.ts';
import { insertMember, jehubAnswer } from './store.ts';
import { writeAsPerson } from './write.ts';

/** Joins a JeHub, which is open to all; a member stays one. @throws ApiError `not_found` */
export async function joinJehub(ctx: SessionCtx, id: string): Promise<Written<JeHub>> {
  if (!isId(id)) throw new ApiError({ code: 'not_found' });
  const { now, ports } = ctx;
  const actor = writerOf(ctx);
  return await writeAsPerson<JeHub>(ctx, {
    status: 200,
    statements: [insertMember(ports.db, id, actor, new Date(now))],
    answer: jehubAnswer(id),
  });
}
