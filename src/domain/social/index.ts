export { createJehub } from './create-jehub.ts';
export { joinJehub } from './join-jehub.ts';
export { newJehubSchema } from './schemas.ts';
export { setFollow } from './set-follow.ts';
export { setLike } from './set-like.ts';
export { setSave } from './set-save.ts';
