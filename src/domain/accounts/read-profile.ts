import { runSql } from '../../data/db.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { type Profile, toProfile } from './profile.ts';
import { selectProfile } from './store.ts';

/** An account as its own caller sees it. @throws ApiError `not_found` */
export async function readProfile(ctx: Ctx, accountId: string): Promise<Profile> {
  const [row] = await runSql(selectProfile(ctx.ports.db, accountId));
  if (!row) throw new ApiError({ code: 'not_found' });
  return toProfile(row);
}
