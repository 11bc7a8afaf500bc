export { pruneEvents } from './prune-events.ts';
export { insertEvent } from './store.ts';
