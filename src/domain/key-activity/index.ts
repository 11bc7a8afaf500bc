export { deleteMade } from './delete-made.ts';
export { type Activity, readActivity } from './read-activity.ts';
export type { MadeCounts, MadeItem, MadeKind, UsedAddress } from './store.ts';
