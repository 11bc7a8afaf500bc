import type * as z from 'zod';
import type { failurePageSchema, failureSchema } from './responses.ts';

/** A call with a key that was answered with a status of 400 or above. */
export type Failure = z.infer<typeof failureSchema>;

export type FailurePage = z.infer<typeof failurePageSchema>;
