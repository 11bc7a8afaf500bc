import * as z from 'zod';
import { answeredCount, answeredId, answeredTime } from '../answer-parts.ts';

export const jehubSchema = z
  .strictObject({
    id: answeredId('JeHub'),
    name: z.string().meta({ examples: ['Fox watchers'] }),
    totalMembers: answeredCount('The number of members.'),
    createdAt: answeredTime('The time of its creation.'),
  })
  .meta({ id: 'JeHub', description: 'A community with members.' });

/** What the person said of a Jes, and what all did. */
export const likeSchema = z
  .strictObject({ liked: z.boolean(), likes: answeredCount('Likes of all.') })
  .meta({ id: 'Like' });

export const saveSchema = z
  .strictObject({ saved: z.boolean(), saves: answeredCount('The number of saves.') })
  .meta({ id: 'Save' });

/** Whether the person follows somebody, and how many do. */
export const followSchema = z
  .strictObject({
    username: z.string().meta({ examples: ['zoe'] }),
    following: z.boolean(),
    totalFollowers: answeredCount('The number of followers.'),
  })
  .meta({ id: 'Follow' });
