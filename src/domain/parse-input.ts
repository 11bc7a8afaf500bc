import type * as z from 'zod';
import { DETAILS_MAX } from '../config/limits.ts';
import { Refused } from './refusal.ts';

/** Input checked by its schema. @throws Refused `invalid_request`, each wrong field in `details`, up to {@link DETAILS_MAX} */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const details = result.error.issues.flatMap((issue) => {
    // A field of its own for each unknown one: "which" is the question a caller has.
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'unknown field' }));
    }
    return [{ path: issue.path.join('.'), message: issue.message }];
  });
  throw new Refused({ code: 'invalid_request', details: details.slice(0, DETAILS_MAX) });
}
