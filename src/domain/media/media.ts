import { signedQuery } from './signature.ts';

/** A file of a Jes, or the video of a JesClip, as callers see it (contract section 8). */
export interface Media {
  readonly id: string;
  readonly type: 'image' | 'video';
  readonly mimeType: string;
  /** Works when pasted into a browser. Of a file that is not for everybody it is signed, and short-lived. */
  readonly url: string;
  /** Pixels as shown; null where a video does not say. */
  readonly width: number | null;
  readonly height: number | null;
  /** Bytes. */
  readonly size: number;
}

/** A file whose bytes are in the bucket; its row is yet to be written. */
export interface StoredMedia extends Omit<Media, 'url'> {
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
    rows.map(async ({ id, mimeType, object, width, height, size }) => {
      const query = of.isForEverybody ? '' : await signedQuery(sessionSecrets[0], object, of.at);
      const type = mimeType.startsWith('video/') ? 'video' : 'image';
      return { id, type, mimeType, url: `${webOrigin}/media/${object}${query}`, width, height, size };
    }),
  );
}
