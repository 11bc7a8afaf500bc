import { accounts } from '../../data/schema/accounts.ts';
import { posts } from '../../data/schema/posts.ts';

/** A Jes as callers see it (contract section 8). */
export interface Jes {
  readonly id: string;
  readonly url: string;
  readonly content: string;
  readonly visibility: 'PUBLIC' | 'FOLLOWERS' | 'PRIVATE';
  readonly author: Author;
  readonly via: { readonly label: string } | null;
  readonly media: readonly [];
  readonly poll: null;
  readonly location: null;
  readonly linkPreview: null;
  readonly hashtags: readonly [];
  readonly mentions: readonly [];
  readonly jeHub: null;
  readonly bounceOf: null;
  readonly counts?: { likes: number; comments: number; bounces: number; saves: number };
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly editedAt: string | null;
}

export interface Author {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatar: string | null;
  readonly verified: boolean;
}

export const authorColumns = {
  id: accounts.id,
  username: accounts.username,
  displayName: accounts.displayName,
  avatar: accounts.avatar,
  verified: accounts.verified,
};

export const postColumns = {
  id: posts.id,
  content: posts.content,
  visibility: posts.visibility,
  likes: posts.likeCount,
  comments: posts.commentCount,
  bounces: posts.bounceCount,
  saves: posts.saveCount,
  createdAt: posts.createdAt,
  updatedAt: posts.updatedAt,
  editedAt: posts.editedAt,
};

export interface PostRow {
  readonly id: string;
  readonly content: string;
  readonly visibility: Jes['visibility'];
  readonly likes: number;
  readonly comments: number;
  readonly bounces: number;
  readonly saves: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly editedAt: Date | null;
}

/** @param label of the key it was posted with; null = posted by a person */
export function toJes(
  post: PostRow,
  author: Author,
  label: string | null,
  options: { readonly webOrigin: string; readonly withCounts: boolean },
): Jes {
  const { likes, comments, bounces, saves } = post;
  return {
    id: post.id,
    url: `${options.webOrigin}/post/${post.id}`,
    content: post.content,
    visibility: post.visibility,
    author,
    via: label === null ? null : { label },
    media: [],
    poll: null,
    location: null,
    linkPreview: null,
    hashtags: [],
    mentions: [],
    jeHub: null,
    bounceOf: null,
    ...(options.withCounts && { counts: { likes, comments, bounces, saves } }),
    createdAt: post.createdAt.toISOString(),
    updatedAt: post.updatedAt.toISOString(),
    editedAt: post.editedAt?.toISOString() ?? null,
  };
}
