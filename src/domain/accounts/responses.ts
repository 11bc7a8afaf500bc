import * as z from 'zod';
import { idField, timeField } from '../response-fields.ts';

/** A session as the signed-in person sees it. */
export const sessionSchema = z
  .strictObject({
    id: idField('session'),
    browser: z.string().meta({ description: 'The browser and system, in words.', examples: ['Firefox on Windows'] }),
    address: z
      .string()
      .nullable()
      .meta({ description: 'The IPv4 address or IPv6 network of the sign-in.', examples: ['192.0.2.1'] }),
    createdAt: timeField('The time of the sign-in.'),
    lastSeenAt: timeField('The time of the last use, to the minute; up to an hour late.'),
    isCurrent: z.boolean().meta({ description: 'True for the session of this request.' }),
  })
  .meta({ id: 'Session' });

export const sessionListSchema = z.strictObject({ sessions: z.array(sessionSchema) });

export const doneSchema = z.strictObject({ success: z.literal(true) });

export const endedSchema = z.strictObject({
  ended: z.int().min(0).meta({ description: 'The number of ended sessions.' }),
});
