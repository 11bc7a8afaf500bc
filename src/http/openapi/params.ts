import * as z from 'zod';
import { ID_PATTERN } from '../../lib/id.ts';

/**
 * The variable `id` of a path. A text that is no id is 404, as is an unknown id.
 *
 * @param of the thing, with an article
 */
export function pathId(of: string) {
  const id = z.string().meta({
    description: `Id of ${of}.`,
    pattern: ID_PATTERN.source,
    examples: ['01M869TY589SRQEM45JK4A3C9K'],
  });
  return z.object({ id });
}

/**
 * Several ids.
 *
 * @param of the things that have the ids, by the name of the variable
 */
export function pathIds<K extends string>(of: Readonly<Record<K, string>>) {
  const entries = Object.entries<string>(of).map(([name, what]) => [name, pathId(what).shape.id]);
  return z.object(Object.fromEntries(entries) as Record<K, z.ZodString>);
}

/** The parameter of a path that names a person. */
export const pathUsername = z.object({
  username: z.string().meta({ description: 'Case does not matter.', examples: ['zoe'] }),
});
