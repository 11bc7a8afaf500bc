import * as z from 'zod';
import { IDEMPOTENCY_KEY_MAX_CHARACTERS } from '../../config/limits.ts';
import { idField, timeField } from '../response-fields.ts';

/** A call with a key that was answered with a status of 400 or above. */
export const failureSchema = z
  .strictObject({
    requestId: idField('request'),
    at: timeField('The time of the call.'),
    method: z.string().meta({ examples: ['POST'] }),
    path: z.string().meta({
      description: 'Its pattern, or `unknown`.',
      examples: ['/api/posts/:id'],
    }),
    status: z
      .int()
      .min(400)
      .max(599)
      .meta({ examples: [429] }),
    code: z.string().meta({ examples: ['rate_limit_exceeded'] }),
    address: z
      .string()
      .nullable()
      .meta({ examples: ['192.0.2.1'] }),
    idempotencyKey: z.string().max(IDEMPOTENCY_KEY_MAX_CHARACTERS).nullable().meta({ description: 'Shortened.' }),
  })
  .meta({ id: 'Failure', description: 'A failed call.' });

export const failurePageSchema = z.strictObject({
  failures: z.array(failureSchema),
  nextCursor: z.string().nullable(),
});
