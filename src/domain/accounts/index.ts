export { type Profile, profileColumns, profileSchema, toProfile } from './profile.ts';
