export { parseIdempotencyKey } from './parse-key.ts';
export { ACTOR_FUNCTIONS, actingAccount, type ClaimName } from './store.ts';
export {
  explainActor,
  hasClaim,
  runAsActor,
  throttlePerson,
  type Write,
  type Written,
  writeOnce,
} from './write-once.ts';
