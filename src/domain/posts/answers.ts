import * as z from 'zod';
import { answeredCount, answeredId, answeredTime } from '../answer-parts.ts';
import { mediaSchema } from '../media/answers.ts';

export const authorSchema = z
  .strictObject({
    id: answeredId('account'),
    username: z.string().meta({ description: 'Can change; the id cannot.', examples: ['zoe'] }),
    displayName: z.string().meta({ examples: ['Zoë 🦊'] }),
    avatar: z.string().nullable().meta({ description: 'URL of an image.' }),
    verified: z.boolean(),
  })
  .meta({ id: 'Author', description: 'The author.' });

export const viaSchema = z
  .strictObject({ label: z.string().meta({ examples: ['Blog bridge'] }) })
  .meta({ id: 'Via', description: 'The API key that posted it, by its label.' });

export const pollSchema = z
  .strictObject({
    options: z.array(
      z.strictObject({ id: answeredId('option'), text: z.string(), votes: answeredCount('Votes for this option.') }),
    ),
    multiple: z.boolean().meta({ description: 'True if a vote may choose several options.' }),
    endsAt: answeredTime('The end of the poll.'),
    totalVotes: answeredCount('The sum of the votes; who votes for two options counts twice.'),
  })
  .meta({ id: 'Poll' });

export const locationSchema = z
  .strictObject({ name: z.string(), latitude: z.number().optional(), longitude: z.number().optional() })
  .meta({ id: 'Location' });

export const linkPreviewSchema = z
  .strictObject({
    url: z.string(),
    title: z.string().nullable(),
    description: z.string().nullable(),
    image: z.string().nullable().meta({ description: 'URL of an image.' }),
    siteName: z.string().nullable(),
  })
  .meta({ id: 'LinkPreview', description: 'Title, description and image from the metadata of the linked page.' });

export const countsSchema = z
  .strictObject({
    likes: answeredCount('Likes.'),
    comments: answeredCount('Comments, replies included.'),
    bounces: answeredCount('Bounces and quote-bounces.'),
    saves: answeredCount('The number of saves.'),
  })
  .meta({ id: 'Counts' });

export const mentionsSchema = z
  .array(z.strictObject({ id: answeredId('account'), username: z.string() }))
  .meta({ description: 'Accounts that the content mentions by @username.' });

export const visibilitySchema = z
  .enum(['PUBLIC', 'FOLLOWERS', 'PRIVATE'])
  .meta({ description: 'The people who can see it.' });

/** A Jes as callers see it (contract section 8). */
export const jesSchema = z
  .strictObject({
    id: answeredId('Jes'),
    url: z
      .string()
      .meta({ description: 'Permalink.', examples: ['https://jestha.com/post/01M869TY589SRQEM45JK4A3C9K'] }),
    content: z.string().meta({ description: 'Empty in a plain bounce.', examples: ['Hello from my service'] }),
    visibility: visibilitySchema,
    author: authorSchema,
    via: viaSchema.nullable().meta({ description: 'Null if the person posted it without a key.' }),
    media: z.array(mediaSchema),
    poll: pollSchema.nullable(),
    location: locationSchema.nullable(),
    linkPreview: linkPreviewSchema.nullable().meta({ description: 'Added shortly after the Jes is created.' }),
    hashtags: z.array(z.string()).meta({ description: 'As written in the content, without the #.' }),
    mentions: mentionsSchema,
    jeHub: z.strictObject({ id: answeredId('JeHub'), name: z.string() }).nullable(),
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
    createdAt: answeredTime('The time of its creation.'),
    updatedAt: answeredTime('The time of its last change.'),
    editedAt: answeredTime('The time of the last edit by its author.').nullable(),
  })
  .meta({ id: 'Jes', description: 'A post.' });
