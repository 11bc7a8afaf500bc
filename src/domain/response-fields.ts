import * as z from 'zod';
import { ID_PATTERN } from '../lib/id.ts';

/**
 * One of our ids, in an answer.
 *
 * @param of the thing that has the id
 */
export function idField(of: string) {
  return z
    .string()
    .regex(ID_PATTERN)
    .meta({ description: `Id of the ${of}: a ULID.`, examples: ['01M869TY589SRQEM45JK4A3C9K'] });
}

/** A time in an answer, always in UTC and with milliseconds. */
export function timeField(description: string) {
  return z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    .meta({ format: 'date-time', description, examples: ['2026-11-24T12:00:00.000Z'] });
}

/** A count in an answer. */
export function countField(description: string) {
  return z.int().min(0).meta({ description });
}
