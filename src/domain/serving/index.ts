export { readForVisitors } from './for-visitors.ts';
export { type OpenFile, openMedia } from './open-media.ts';
