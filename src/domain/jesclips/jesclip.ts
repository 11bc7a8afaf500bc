import type * as z from 'zod';
import { linkMedia, type MediaPorts, type MediaRow } from '../media/index.ts';
import type { jesClipSchema } from './responses.ts';

export type JesClip = z.infer<typeof jesClipSchema>;

/** A JesClip as a statement returns it: its one video by the name of the object. */
type StoredJesClip = Omit<JesClip, 'video'> & {
  readonly video: readonly MediaRow[];
  readonly isForEverybody: boolean;
};

/**
 * A JesClip from the JSON that the store made.
 *
 * @param options.withCounts without them it has no `counts`
 * @param options.readAt as for a Jes; without it, the JSON answers a write, and the life of the video's address begins
 * then
 */
export async function toJesClip(
  ports: MediaPorts,
  json: string,
  { withCounts, readAt }: { readonly withCounts: boolean; readonly readAt?: number },
): Promise<JesClip> {
  const { isForEverybody, ...stored } = JSON.parse(json) as StoredJesClip;
  const at = readAt ?? Date.parse(stored.updatedAt);
  const [video] = await linkMedia(ports, stored.video, { isForEverybody, at });
  if (!video) throw new Error('a JesClip without its video');
  const { counts: _, ...uncounted } = stored;
  return { ...(withCounts ? stored : uncounted), video };
}
