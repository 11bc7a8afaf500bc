import { linkMedia, type Media, type MediaPorts, type MediaRow } from '../media/index.ts';

/** A Jes as callers see it (contract section 8). */
export interface Jes {
  readonly id: string;
  readonly url: string;
  readonly content: string;
  readonly visibility: Visibility;
  readonly author: Author;
  readonly via: { readonly label: string } | null;
  readonly media: readonly Media[];
  readonly poll: Poll | null;
  readonly location: Location | null;
  readonly linkPreview: LinkPreview | null;
  readonly hashtags: readonly string[];
  readonly mentions: readonly { readonly id: string; readonly username: string }[];
  readonly jeHub: { readonly id: string; readonly name: string } | null;
  readonly bounceOf: Jes | null;
  /** The Jes this is a bounce of is gone, or not for this viewer; the two look the same. */
  readonly bounceOfDeleted?: true;
  /** In a `bounceOf` that is a quote-bounce itself: what it bounces. Only one level is filled in. */
  readonly bounceOfId?: string;
  readonly counts?: Counts;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly editedAt: string | null;
}

export type Visibility = 'PUBLIC' | 'FOLLOWERS' | 'PRIVATE';

export interface Author {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatar: string | null;
  readonly verified: boolean;
}

export interface Poll {
  readonly options: readonly { readonly id: string; readonly text: string; readonly votes: number }[];
  readonly multiple: boolean;
  readonly endsAt: string;
  /** The sum of the votes; who votes for two options counts twice. */
  readonly totalVotes: number;
}

export interface Location {
  readonly name: string;
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
}

export interface LinkPreview {
  readonly url: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly image: string | null;
  readonly siteName: string | null;
}

export interface Counts {
  readonly likes: number;
  readonly comments: number;
  readonly bounces: number;
  readonly saves: number;
}

/**
 * What a statement makes of a Jes: it tells a bounce by `bounceOfId`, whether or not the original is there, and files by
 * their objects.
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
 * @param readAt when it is read, in unix milliseconds. Without it it is the answer to a write, and the addresses of its files
 * count from when that was, so that the same text always gives the same Jes
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
