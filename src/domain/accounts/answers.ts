import * as z from 'zod';
import { answeredId, answeredTime } from '../answer-parts.ts';

/** A session as the person who is signed in sees it. */
export const sessionSchema = z
  .strictObject({
    id: answeredId('session'),
    browser: z.string().meta({ description: 'In plain words.', examples: ['Firefox on Windows'] }),
    address: z
      .string()
      .nullable()
      .meta({ description: 'Where it began: an IPv4 address, or an IPv6 block.', examples: ['192.0.2.1'] }),
    createdAt: answeredTime('When the person signed in.'),
    lastSeenAt: answeredTime('When it was last in use, to the minute and up to an hour late.'),
    isCurrent: z.boolean().meta({ description: 'Whether this request came with it.' }),
  })
  .meta({ id: 'Session' });

export const sessionListSchema = z.strictObject({ sessions: z.array(sessionSchema) });

export const doneSchema = z.strictObject({ success: z.literal(true) });

export const endedSchema = z.strictObject({ ended: z.int().min(0).meta({ description: 'Sessions that ended.' }) });
