import type { KeyRecord } from '../../../src/domain/keys/index.ts';

/** The record of a good key, read at noon. */
export const RECORD: KeyRecord = {
  revokedReason: null,
  isSuspended: false,
  expiresAt: null,
  ranges: [],
  loadedAt: Date.UTC(2026, 10, 24, 12),
  key: { id: 'key', label: 'a | b', scopes: ['write:jes'] },
  owner: {
    id: 'account',
    username: 'ada',
    email: 'ada@example.com',
    displayName: 'Ada',
    avatar: null,
    coverImage: null,
    bio: null,
    verified: false,
    emailVerified: true,
    isPrivate: false,
    isCreator: false,
    totalFollowers: 0,
    totalFollowing: 0,
    totalPosts: 0,
    createdAt: '2026-11-24T12:00:00.000Z',
  },
};
