import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { expiryOf, isObjectName } from '../media/index.ts';
import { Refused } from '../refusal.ts';
import { selectForEverybody } from './store.ts';

/**
 * Whether whoever has this address may have the file. With a signature nothing is asked: it was given to somebody who may,
 * and is gone within the hour. Without one it must be for everybody, at this moment.
 *
 * @param query of the address, as `linkMedia` wrote it
 * @returns how long the answer holds: until the signature expires (unix milliseconds), or for good
 * @throws Refused `not_found`
 */
export async function openMedia(
  { ports, now }: Ctx,
  object: string,
  query: { readonly expires?: string | undefined; readonly signature?: string | undefined },
): Promise<{ readonly expiresAt: number | undefined }> {
  if (!isObjectName(object)) throw new Refused({ code: 'not_found' });
  const { expires, signature } = query;
  if (expires !== undefined && signature !== undefined) {
    const expiresAt = await expiryOf(ports.sessionSecrets, object, { expires, signature }, now);
    if (expiresAt !== undefined) return { expiresAt };
  }
  const { rows } = await runSql(selectForEverybody(ports.db, object));
  if (rows.length === 0) throw new Refused({ code: 'not_found' });
  return { expiresAt: undefined };
}
