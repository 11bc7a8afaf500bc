import * as z from 'zod';

/** A number in a query, which arrives as up to three digits. */
export function fromDigits<T extends z.ZodType>(schema: T) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value),
    schema,
  );
}

/** The fields of a query that asks for a page of a list. @param size the default size */
export function pageOf(size: number, max: number) {
  const message = `must be a whole number from 1 to ${max}`;
  return {
    limit: fromDigits(z.int(message).min(1, message).max(max, message).default(size)).meta({
      description: 'The maximum number of items on the page.',
    }),
    cursor: z.string().optional().meta({ description: 'The `nextCursor` of the page before.' }),
  };
}
