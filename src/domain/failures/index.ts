export { type FailurePage, type LateUse, listFailures, readKnocking, readLateUse } from './list-failures.ts';
export { keptIdempotencyKey, noteFailure } from './note-failure.ts';
export { failuresQuerySchema } from './schemas.ts';
export type { Failure, KnockingKey } from './store.ts';
