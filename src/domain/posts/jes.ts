import type * as z from 'zod';
import { linkMedia, type MediaPorts, type MediaRow } from '../media/index.ts';
import type { jesSchema, linkPreviewSchema, locationSchema, pollSchema } from './responses.ts';

/** A Jes for one viewer: `counts` and the bounced Jes depend on who reads it. */
export type Jes = z.infer<typeof jesSchema>;

/** A poll with the votes so far. */
export type Poll = z.infer<typeof pollSchema>;

/** A place by its name, and its coordinates in degrees if the author gave them. */
export type Location = z.infer<typeof locationSchema>;

/** The metadata that the linked page gave when it was fetched. */
export type LinkPreview = z.infer<typeof linkPreviewSchema>;

/**
 * What a statement makes of a Jes: it tells a bounce by `bounceOfId`, whether or not the original is there, and files
 * by their objects.
 */
type StoredJes = Omit<Jes, 'media' | 'bounceOfDeleted' | 'bounceOfId' | 'bounceOf'> & {
  readonly media: readonly MediaRow[];
  readonly isForEverybody: boolean;
  readonly bounceOfId: string | null;
  readonly bounceOf: StoredJes | null;
};

/**
 * A Jes from the JSON that `jesJson` of the store made.
 *
 * @param options.withCounts without them, neither the Jes nor the one that it bounces has `counts`
 * @param options.readAt when it is read, in unix milliseconds. Without it, the JSON answers a write, and the addresses
 * of its files count from when that was, so that the same text always gives the same Jes
 */
export async function toJes(
  ports: MediaPorts,
  json: string,
  { withCounts, readAt }: { readonly withCounts: boolean; readonly readAt?: number },
): Promise<Jes> {
  const { bounceOf, bounceOfId, ...jes } = JSON.parse(json) as StoredJes;
  const at = readAt ?? Date.parse(jes.updatedAt);
  const shown = await show(jes);
  if (bounceOfId === null) return { ...shown, bounceOf: null };
  if (bounceOf === null) return { ...shown, bounceOf: null, bounceOfDeleted: true };
  const { bounceOfId: deeper, ...original } = bounceOf;
  const shownOriginal = await show(original);
  return { ...shown, bounceOf: { ...shownOriginal, bounceOf: null, ...(deeper !== null && { bounceOfId: deeper }) } };

  async function show({ isForEverybody, ...stored }: Omit<StoredJes, 'bounceOf' | 'bounceOfId'>) {
    const { counts: _, ...uncounted } = stored;
    return {
      ...(withCounts ? stored : uncounted),
      media: await linkMedia(ports, stored.media, { isForEverybody, at }),
    };
  }
}
