export { createJesClip } from './create-jesclip.ts';
export { editJesClip } from './edit-jesclip.ts';
export type { JesClip } from './jesclip.ts';
export { readJesClip, readJesClipFor } from './read-jesclip.ts';
export { jesClipChangeSchema, newJesClipSchema } from './schemas.ts';
export { JESCLIP_FUNCTIONS } from './store.ts';
