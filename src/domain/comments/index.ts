export type { Comment, Subject } from './comment.ts';
export { createComment } from './create-comment.ts';
export { type CommentPage, listComments, listCommentsFor } from './list-comments.ts';
export { newCommentSchema, pageSchema } from './schemas.ts';
export { COMMENT_FUNCTIONS } from './store.ts';
