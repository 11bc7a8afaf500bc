import * as z from 'zod';

/** The fields of a query that asks for a page of a list. @param size the default size */
export function pageOf(size: number, max: number) {
  const message = `must be a whole number from 1 to ${max}`;
  const digits = z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number);
  return {
    limit: z
      .union([z.number(), digits], { error: message })
      .pipe(z.number().int(message).min(1, message).max(max, message))
      .default(size)
      .meta({ description: 'The maximum number of items on the page.' }),
    cursor: z.string().optional().meta({ description: 'The `nextCursor` of the page before.' }),
  };
}
