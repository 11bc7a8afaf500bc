import * as z from 'zod';
import { visibility } from '../content/index.ts';
import { authorSchema, mentionsSchema, viaSchema } from '../content/responses.ts';
import { mediaSchema } from '../media/responses.ts';
import { countField, idField, timeField } from '../response-fields.ts';

/** A poll of a Jes. Its votes need no `read:engagement`: all who see the Jes see them. */
export const pollSchema = z
  .strictObject({
    options: z.array(
      z.strictObject({ id: idField('option'), text: z.string(), votes: countField('Votes for this option.') }),
    ),
    multiple: z.boolean().meta({ description: 'True if a vote may choose several options.' }),
    endsAt: timeField('The end of the poll.'),
    totalVotes: countField('The sum of the votes; who votes for two options counts twice.'),
  })
  .meta({ id: 'Poll' });

/** The place that the author typed. Coordinates are in degrees, and come in pairs. */
export const locationSchema = z
  .strictObject({ name: z.string(), latitude: z.number().optional(), longitude: z.number().optional() })
  .meta({ id: 'Location' });

/** The preview of a link, from a page that a stranger wrote: its texts are not ours. */
export const linkPreviewSchema = z
  .strictObject({
    url: z.string(),
    title: z.string().nullable(),
    description: z.string().nullable(),
    image: z.string().nullable().meta({ description: 'URL of an image.' }),
    siteName: z.string().nullable(),
  })
  .meta({ id: 'LinkPreview', description: 'Title, description and image from the metadata of the linked page.' });

/** Counts of engagement, for keys with `read:engagement` and for people (contract section 5). */
export const countsSchema = z
  .strictObject({
    likes: countField('Likes.'),
    comments: countField('Comments, replies included.'),
    bounces: countField('Bounces and quote-bounces.'),
    saves: countField('The number of saves.'),
  })
  .meta({ id: 'Counts' });

/** A Jes as callers see it (contract section 8). */
export const jesSchema = z
  .strictObject({
    id: idField('Jes'),
    url: z
      .string()
      .meta({ description: 'Permalink.', examples: ['https://jestha.com/post/01M869TY589SRQEM45JK4A3C9K'] }),
    content: z.string().meta({ description: 'Empty in a plain bounce.', examples: ['Hello from my service'] }),
    visibility: visibility,
    author: authorSchema,
    via: viaSchema.nullable().meta({ description: 'Null if the person posted it without a key.' }),
    media: z.array(mediaSchema),
    poll: pollSchema.nullable(),
    location: locationSchema.nullable(),
    linkPreview: linkPreviewSchema.nullable().meta({ description: 'Added shortly after the Jes is created.' }),
    hashtags: z.array(z.string()).meta({ description: 'As written in the content, without the #.' }),
    mentions: mentionsSchema,
    jeHub: z.strictObject({ id: idField('JeHub'), name: z.string() }).nullable(),
    get bounceOf() {
      return jesSchema.nullable().meta({ description: 'The bounced Jes.' });
    },
    bounceOfDeleted: z.literal(true).optional().meta({
      description: 'True if the bounced Jes was deleted or this account may not see it; the two cases look the same.',
    }),
    bounceOfId: z.string().optional().meta({
      description: 'In a `bounceOf` that is a quote-bounce itself: what it bounces. Only one level is filled in.',
    }),
    counts: countsSchema.optional().meta({ description: 'For keys with the scope `read:engagement`, and for people.' }),
    createdAt: timeField('The time of its creation.'),
    updatedAt: timeField('The time of its last change.'),
    editedAt: timeField('The time of the last edit by its author.').nullable(),
  })
  .meta({ id: 'Jes', description: 'A post.' });
