import { USERNAME_MAX_CHARACTERS, USERNAME_MIN_CHARACTERS } from '../../config/limits.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import { dailyRules } from '../limits/index.ts';
import type { Follow } from './schemas.ts';
import { followAnswer, lockAccounts, setFollowing } from './store.ts';
import { writeAsPerson } from './write.ts';

const USERNAME = new RegExp(`^[a-z0-9_]{${USERNAME_MIN_CHARACTERS},${USERNAME_MAX_CHARACTERS}}$`);

/**
 * Follows or unfollows an account; a repetition changes nothing. Private accounts are followed without a request: the
 * contract has none.
 *
 * @throws ApiError `not_found`, `invalid_request` (oneself), `daily_quota_exceeded`
 */
export async function setFollow(ctx: SessionCtx, name: string, isSet: boolean): Promise<Written<Follow>> {
  const username = name.toLowerCase();
  if (!USERNAME.test(username)) throw new ApiError({ code: 'not_found' });
  const { now, ports } = ctx;
  const actor = writerOf(ctx);
  return await writeAsPerson<Follow>(ctx, {
    status: 200,
    statements: [
      lockAccounts(ports.db, actor.accountId, username),
      setFollowing(ports.db, { username, actor, isSet, at: new Date(now) }),
    ],
    answer: followAnswer(username, isSet),
    rules: {
      follows_not_oneself: () => invalidField('username', 'nobody follows themselves'),
      ...dailyRules(now),
    },
  });
}
