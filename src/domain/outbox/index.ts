export { insertEvent } from './store.ts';
