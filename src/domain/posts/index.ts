export { bouncePost } from './bounce-post.ts';
export { createPost } from './create-post.ts';
export { deletePost } from './delete-post.ts';
export { editPost } from './edit-post.ts';
export type { Jes, LinkPreview, Poll } from './jes.ts';
export { purgeMedia, purgePosts } from './purge-posts.ts';
export { readPost, readPostFor } from './read-post.ts';
export { bounceSchema, newMediaPostSchema, newPostSchema, postChangeSchema } from './schemas.ts';
export { emptyDeleted, JES_FUNCTIONS, pollJson } from './store.ts';
