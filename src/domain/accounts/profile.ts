import * as z from 'zod';
import { accounts } from '../../data/schema/accounts.ts';

/** The account as its own caller sees it: exactly the fields of `GET /api/auth/me` (contract section 7). */
export const profileSchema = z
  .strictObject({
    id: z.string(),
    username: z.string(),
    email: z.string(),
    displayName: z.string(),
    avatar: z.string().nullable(),
    coverImage: z.string().nullable(),
    bio: z.string().nullable(),
    verified: z.boolean(),
    emailVerified: z.boolean(),
    isPrivate: z.boolean(),
    isCreator: z.boolean(),
    totalFollowers: z.number().int(),
    totalFollowing: z.number().int(),
    totalPosts: z.number().int(),
    /** ISO-8601 UTC with milliseconds. */
    createdAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Profile', description: 'The account of the caller.' });

export type Profile = z.infer<typeof profileSchema>;

/** The columns of a profile. */
export const profileColumns = {
  id: accounts.id,
  username: accounts.username,
  email: accounts.email,
  displayName: accounts.displayName,
  avatar: accounts.avatar,
  coverImage: accounts.coverImage,
  bio: accounts.bio,
  verified: accounts.verified,
  emailVerified: accounts.emailVerified,
  isPrivate: accounts.isPrivate,
  isCreator: accounts.isCreator,
  totalFollowers: accounts.totalFollowers,
  totalFollowing: accounts.totalFollowing,
  totalPosts: accounts.totalPosts,
  createdAt: accounts.createdAt,
};

/** A profile from what {@link profileColumns} selected. */
export function toProfile(row: Omit<Profile, 'createdAt'> & { createdAt: Date }): Profile {
  return { ...row, createdAt: row.createdAt.toISOString() };
}
