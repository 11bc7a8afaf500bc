import { newId } from '../../lib/id.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import { countToday, dailyRules } from '../limits/index.ts';
import { parseInput } from '../parse-input.ts';
import { type JeHub, newJehubSchema } from './schemas.ts';
import { insertJehub, jehubAnswer } from './store.ts';
import { writeAsPerson } from './write.ts';

/**
 * Founds a JeHub; the person is its first member. Names need not be unique. @throws ApiError `invalid_request`,
 * `daily_quota_exceeded`
 */
export async function createJehub(ctx: SessionCtx, input: unknown): Promise<Written<JeHub>> {
  const { name } = parseInput(newJehubSchema, input);
  const { now, ports } = ctx;
  const actor = writerOf(ctx);
  const id = newId(now);
  return await writeAsPerson<JeHub>(ctx, {
    status: 201,
    statements: [
      ...insertJehub(ports.db, { id, name, actor, at: new Date(now) }),
      countToday(ports.db, actor.accountId, now, { jehubs: 1 }),
    ],
    answer: jehubAnswer(id),
    rules: dailyRules(now),
  });
}
