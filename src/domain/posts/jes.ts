import type * as z from 'zod';
import { linkMedia, type MediaPorts, type MediaRow } from '../media/index.ts';
import type { jesSchema, linkPreviewSchema, locationSchema, pollSchema } from './responses.ts';

export type Jes = z.infer<typeof jesSchema>;
export type Poll = z.infer<typeof pollSchema>;
export type Location = z.infer<typeof locationSchema>;
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
 * @param readAt when it is read, in unix milliseconds. Without it it is the answer to a write, and the addresses of its
 * files count from when that was, so that the same text always gives the same Jes
 */
export async function toJes(ports: MediaPorts, json: string, readAt?: number): Promise<Jes> {
  const stored = JSON.parse(json) as StoredJes;
  const at = readAt ?? Date.parse(stored.updatedAt);
  const { bounceOf, bounceOfId, ...jes } = stored;
  const shown = await withAddresses(ports, jes, at);
  if (bounceOfId === null) return { ...shown, bounceOf: null };
  if (bounceOf === null) return { ...shown, bounceOf: null, bounceOfDeleted: true };
  const { bounceOfId: deeper, ...original } = bounceOf;
  const shownOriginal = await withAddresses(ports, original, at);
  return { ...shown, bounceOf: { ...shownOriginal, bounceOf: null, ...(deeper !== null && { bounceOfId: deeper }) } };
}

async function withAddresses(
  ports: MediaPorts,
  { isForEverybody, ...jes }: Omit<StoredJes, 'bounceOf' | 'bounceOfId'>,
  at: number,
): Promise<Omit<Jes, 'bounceOf'>> {
  return { ...jes, media: await linkMedia(ports, jes.media, { isForEverybody, at }) };
}
