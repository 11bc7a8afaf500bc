export type { Failure, FailurePage } from './failure.ts';
export { type LateUse, listFailures, readKnocking, readLateUse } from './list-failures.ts';
export { keptIdempotencyKey, noteFailure } from './note-failure.ts';
export { failuresQuerySchema } from './schemas.ts';
export type { KnockingKey } from './store.ts';
