export { openMedia } from './open-media.ts';
