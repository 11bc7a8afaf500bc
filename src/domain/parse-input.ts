import type * as z from 'zod';
import { DETAILS_MAX } from '../config/limits.ts';
import { ApiError } from './api-error.ts';

/**
 * Input checked by its schema. @throws ApiError `invalid_request`, each wrong field in `details`, up to {@link
 * DETAILS_MAX}
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input, { error: whatIsRight });
  if (result.success) return result.data;
  const details = result.error.issues.flatMap((issue) => {
    // A field of its own for each unknown one: "which" is the question a caller has.
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: issue.message }));
    }
    return [{ path: issue.path.join('.'), message: issue.message }];
  });
  throw new ApiError({ code: 'invalid_request', details: details.slice(0, DETAILS_MAX) });
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  string: 'a string',
};

/** Says the rule that an input breaks, if its schema has no words of its own. */
function whatIsRight(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'unrecognized_keys': {
      const known = knownKeys(issue.inst);
      return known.length === 0 ? 'unknown field; there are none' : `unknown field; known: ${known.join(', ')}`;
    }
    default:
      return 'is not valid';
  }
}

function knownKeys(inst: z.core.$ZodRawIssue['inst']): string[] {
  const { shape } = (inst?._zod.def ?? {}) as { readonly shape?: object };
  return Object.keys(shape ?? {});
}
