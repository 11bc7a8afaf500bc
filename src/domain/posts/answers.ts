import * as z from 'zod';
import { answeredCount, answeredId, answeredTime } from '../answer-parts.ts';
import { mediaSchema } from '../media/answers.ts';

export const authorSchema = z
  .strictObject({
    id: answeredId('account'),
    username: z.string().meta({ description: 'May change; the id does not.', examples: ['zoe'] }),
    displayName: z.string().meta({ examples: ['Zoë 🦊'] }),
    avatar: z.string().nullable().meta({ description: 'URL of an image.' }),
    verified: z.boolean(),
  })
  .meta({ id: 'Author', description: 'Who wrote something.' });

export const viaSchema = z
  .strictObject({ label: z.string().meta({ examples: ['Blog bridge'] }) })
  .meta({ id: 'Via', description: 'The API key something was posted through, by its label.' });

export const pollSchema = z
  .strictObject({
    options: z.array(
      z.strictObject({ id: answeredId('option'), text: z.string(), votes: answeredCount('Votes for this option.') }),
    ),
    multiple: z.boolean().meta({ description: 'Whether one may vote for several options.' }),
    endsAt: answeredTime('When votes are no longer taken.'),
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
  .meta({ id: 'LinkPreview', description: 'What the page behind a link says of itself.' });

export const countsSchema = z
  .strictObject({
    likes: answeredCount('Likes.'),
    comments: answeredCount('Comments, replies included.'),
    bounces: answeredCount('Bounces and quote-bounces.'),
    saves: answeredCount('How many keep it for later.'),
  })
  .meta({ id: 'Counts' });

export const mentionsSchema = z
  .array(z.strictObject({ id: answeredId('account'), username: z.string() }))
  .meta({ description: 'Accounts whose @username stands in the content.' });

export const visibilitySchema = z.enum(['PUBLIC', 'FOLLOWERS', 'PRIVATE']).meta({ description: 'Who sees it.' });

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
    via: viaSchema.nullable().meta({ description: 'Null where the person posted it themselves.' }),
    media: z.array(mediaSchema),
    poll: pollSchema.nullable(),
    location: locationSchema.nullable(),
    linkPreview: linkPreviewSchema.nullable().meta({ description: 'Comes a moment after the Jes.' }),
    hashtags: z.array(z.string()).meta({ description: 'As written in the content, without the #.' }),
    mentions: mentionsSchema,
    jeHub: z.strictObject({ id: answeredId('JeHub'), name: z.string() }).nullable(),
    get bounceOf() {
      return jesSchema.nullable().meta({ description: 'The Jes this is a bounce of.' });
    },
    bounceOfDeleted: z
      .literal(true)
      .optional()
      .meta({ description: 'The Jes this is a bounce of is gone, or not for this account; the two look the same.' }),
    bounceOfId: z.string().optional().meta({
      description: 'In a `bounceOf` that is a quote-bounce itself: what it bounces. Only one level is filled in.',
    }),
    counts: countsSchema.optional().meta({ description: 'For keys with the scope `read:engagement`, and for people.' }),
    createdAt: answeredTime('When it was posted.'),
    updatedAt: answeredTime('When it was last changed.'),
    editedAt: answeredTime('When its author last edited it.').nullable(),
  })
  .meta({ id: 'Jes', description: 'A post.' });
