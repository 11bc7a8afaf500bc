export { createPost } from './create-post.ts';
export type { Jes } from './jes.ts';
export { readPost } from './read-post.ts';
