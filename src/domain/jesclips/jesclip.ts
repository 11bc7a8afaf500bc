import type * as z from 'zod';
import type { ActorCtx } from '../context.ts';
import { hasScope } from '../keys/index.ts';
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
 * @param readAt as for a Jes; without it, the JSON answers a write, and the life of the video's address begins then
 */
export async function toJesClip(ports: MediaPorts, json: string, readAt?: number): Promise<JesClip> {
  const { isForEverybody, ...clip } = JSON.parse(json) as StoredJesClip;
  const at = readAt ?? Date.parse(clip.updatedAt);
  const [video] = await linkMedia(ports, clip.video, { isForEverybody, at });
  if (!video) throw new Error('a JesClip without its video');
  return { ...clip, video };
}

/** The answer to a write of a JesClip, which is kept with its counts: they follow the scopes of the key that asks. */
export async function toWrittenClip({ actor, ports }: ActorCtx, json: string): Promise<JesClip> {
  const clip = await toJesClip(ports, json);
  if (hasScope(actor, 'read:engagement')) return clip;
  const { counts: _, ...rest } = clip;
  return rest;
}
