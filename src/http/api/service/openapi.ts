import * as z from 'zod';
import type { Operation } from '../../openapi/operation.ts';
import { partsSchema } from '../../openapi/problems.ts';

/** Operations that tell of the service: health, readiness, this document. */
export const service = {
  getHealth: {
    tag: 'Service',
    summary: 'Does it run?',
    description: 'Checks no other service.',
    answer: {
      status: 200,
      description: 'The Worker runs.',
      schema: z.strictObject({
        status: z.literal('ok'),
        version: z.string().meta({ description: 'The deployed version.' }),
      }),
    },
  },
  getReadiness: {
    tag: 'Service',
    summary: 'Do its database, cache and media store answer?',
    answer: {
      status: 200,
      description: 'Every service responds.',
      schema: z.strictObject({ status: z.literal('ready'), parts: partsSchema }),
    },
    errors: ['service_unavailable', 'internal_error'],
  },
  getOpenapi: {
    tag: 'Service',
    summary: 'This description',
    description: 'OpenAPI 3.1, generated from the code that serves. Any origin may read it.',
    answer: {
      status: 200,
      description: 'The OpenAPI document.',
      schema: z.looseObject({ openapi: z.string() }),
      isCacheable: true,
    },
    errors: ['internal_error'],
  },
} as const satisfies Record<string, Operation>;
