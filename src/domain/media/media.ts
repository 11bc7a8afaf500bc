import type * as z from 'zod';
import type { mediaSchema } from './responses.ts';
import { signedQuery } from './signature.ts';

export type Media = z.infer<typeof mediaSchema>;

/** A file whose bytes are in the bucket; its row is yet to be written. */
export interface StoredMedia extends Omit<Media, 'url' | 'alt'> {
  /** Name of the object. */
  readonly object: string;
  readonly durationMs: number | null;
}

/** A file in a JSON that `mediaJson` of the store made. */
export interface MediaRow extends Omit<Media, 'type' | 'url'> {
  readonly object: string;
}

/** Where files are served, and what signs their addresses. */
export interface MediaPorts {
  readonly webOrigin: string;
  readonly sessionSecrets: readonly [string, ...string[]];
}

/**
 * Files with their addresses.
 *
 * @param of.isForEverybody whether the addresses need no signature
 * @param of.at unix milliseconds from which a signature counts; the same moment gives the same address
 */
export async function linkMedia(
  { webOrigin, sessionSecrets }: MediaPorts,
  rows: readonly MediaRow[],
  of: { readonly isForEverybody: boolean; readonly at: number },
): Promise<Media[]> {
  return await Promise.all(
    // An answer that was kept for a repetition before files had texts has none.
    rows.map(async ({ id, mimeType, object, width, height, size, alt = null }) => {
      const query = of.isForEverybody ? '' : await signedQuery(sessionSecrets[0], object, of.at);
      const type = mimeType.startsWith('video/') ? 'video' : 'image';
      return { id, type, mimeType, url: `${webOrigin}/media/${object}${query}`, width, height, size, alt };
    }),
  );
}
