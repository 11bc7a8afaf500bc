import { runSql } from '../../data/db.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { selectPublicProfile } from './store.ts';

/** An account as everybody sees it. A private one shows its name alone. */
export interface PublicProfile {
  readonly username: string;
  readonly displayName: string;
  readonly verified: boolean;
  readonly isPrivate: boolean;
  readonly bio: string | null;
  readonly totals: { readonly posts: number; readonly followers: number; readonly following: number } | null;
}

/** @param username in lower case @throws ApiError `not_found` */
export async function readPublicProfile(ctx: Ctx, username: string): Promise<PublicProfile> {
  const [row] = await runSql(selectPublicProfile(ctx.ports.db, username));
  if (!row) throw new ApiError({ code: 'not_found' });
  const { displayName, verified, isPrivate, bio, totalPosts, totalFollowers, totalFollowing } = row;
  const totals = { posts: totalPosts, followers: totalFollowers, following: totalFollowing };
  return {
    username: row.username,
    displayName,
    verified,
    isPrivate,
    bio: isPrivate ? null : bio,
    totals: isPrivate ? null : totals,
  };
}
