import type * as z from 'zod';
import type { commentSchema } from './responses.ts';

/** The post or JesClip of a comment. */
export interface Subject {
  readonly kind: 'post' | 'jesclip';
  readonly id: string;
}

/** A comment on a Jes or a JesClip: it has either `postId` or `jesClipId`. */
export type Comment = z.infer<typeof commentSchema>;

/** A comment from the JSON that the store made. */
export function toComment(json: string): Comment {
  return JSON.parse(json) as Comment;
}

/** The same for a list. */
export function toComments(json: string): Comment[] {
  return JSON.parse(json) as Comment[];
}
