import { runSql } from '../../data/db.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { type Profile, toProfile } from './profile.ts';
import { selectProfile, selectPublicProfile } from './store.ts';

/** An account as its own caller sees it. @throws ApiError `not_found` */
export async function readProfile(ctx: Ctx, accountId: string): Promise<Profile> {
  const [row] = await runSql(selectProfile(ctx.ports.db, accountId));
  if (!row) throw new ApiError({ code: 'not_found' });
  return toProfile(row);
}

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
