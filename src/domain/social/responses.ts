import * as z from 'zod';
import { countField, idField, timeField } from '../response-fields.ts';

/** A JeHub with the number of its members, and without their names. */
export const jehubSchema = z
  .strictObject({
    id: idField('JeHub'),
    name: z.string().meta({ examples: ['Fox watchers'] }),
    totalMembers: countField('The number of members.'),
    createdAt: timeField('The time of its creation.'),
  })
  .meta({ id: 'JeHub', description: 'A community with members.' });

/** The person's like of a Jes, and the likes of all. */
export const likeSchema = z
  .strictObject({ liked: z.boolean(), likes: countField('Likes of all.') })
  .meta({ id: 'Like' });

/** The person's save of a Jes, and the saves of all. */
export const saveSchema = z
  .strictObject({ saved: z.boolean(), saves: countField('The number of saves.') })
  .meta({ id: 'Save' });

/** The person's follow of an account, and the number of its followers. */
export const followSchema = z
  .strictObject({
    username: z.string().meta({ examples: ['zoe'] }),
    following: z.boolean(),
    totalFollowers: countField('The number of followers.'),
  })
  .meta({ id: 'Follow' });
