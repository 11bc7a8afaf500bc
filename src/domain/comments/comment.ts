import type { Author } from '../posts/index.ts';

/** What is commented on. */
export interface Subject {
  readonly kind: 'post' | 'jesclip';
  readonly id: string;
}

/** A comment as callers see it (contract section 8). */
export interface Comment {
  readonly id: string;
  /** What it is on: a Jes, or a JesClip. */
  readonly postId?: string;
  readonly jesClipId?: string;
  /** The comment at the top of its thread; null = it is one. */
  readonly parentId: string | null;
  readonly content: string;
  readonly author: Author;
  readonly via: { readonly label: string } | null;
  readonly createdAt: string;
}

/** A comment from the JSON that the store made. */
export function toComment(json: string): Comment {
  return JSON.parse(json) as Comment;
}

/** The same for a list. */
export function toComments(json: string): Comment[] {
  return JSON.parse(json) as Comment[];
}
