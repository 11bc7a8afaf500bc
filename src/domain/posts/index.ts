export { asCreation } from './as-creation.ts';
export { bouncePost } from './bounce-post.ts';
export { createPost } from './create-post.ts';
export { deletePost } from './delete-post.ts';
export { editPost } from './edit-post.ts';
export { type Entities, findEntities, segmentsOf } from './entities.ts';
export type { Author, Jes, LinkPreview, Poll, Visibility } from './jes.ts';
export { purgeMedia } from './purge-media.ts';
export { purgePosts } from './purge-posts.ts';
export { readPost, readPostFor } from './read-post.ts';
export { refuseOthers } from './refuse-others.ts';
export { bounceSchema, newMediaPostSchema, newPostSchema, postChangeSchema, visibility } from './schemas.ts';
export {
  accountsNamed,
  asBody,
  authorJson,
  type EventView,
  emptyDeleted,
  mentionsJson,
  pollJson,
  type View,
  type ViewSlots,
  viaJson,
} from './store.ts';
export { viewOf } from './view.ts';
export { visibleTo, withAuthor } from './visibility.ts';
