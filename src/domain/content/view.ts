import * as z from 'zod';
import { VISIBILITIES } from '../../data/schema/posts.ts';
import type { ActorCtx } from '../context.ts';
import { hasScope } from '../keys/index.ts';
import type { authorSchema } from './responses.ts';

/** The visibilities of a Jes or a JesClip (contract section 8); a Jes in a JeHub is for its members. */
export const visibility = z.enum(VISIBILITIES).meta({ description: 'The people who can see it.' });

/** The people outside of a JeHub who see something; {@link visibleTo} applies it. */
export type Visibility = z.infer<typeof visibility>;

/** The public part of an account. */
export type Author = z.infer<typeof authorSchema>;

/** For whom a Jes is shown, and with what. */
export interface View {
  /** null = somebody who is not signed in. */
  readonly viewerId: string | null;
  readonly webOrigin: string;
  readonly withCounts: boolean;
}

/** How an event tells it; `apiOrigin` is where files that are not for everybody are read. */
export interface EventView extends View {
  readonly apiOrigin: string;
}

/** How the one who acts sees a Jes: counts are for keys with `read:engagement`, and for people. */
export function viewOf({ actor, ports: { webOrigin, apiOrigin } }: ActorCtx): EventView {
  return { viewerId: actor.accountId, webOrigin, apiOrigin, withCounts: hasScope(actor, 'read:engagement') };
}
