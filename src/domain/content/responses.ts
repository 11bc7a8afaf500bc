import * as z from 'zod';
import { idField } from '../response-fields.ts';

/** The public part of an account, as it stands in a Jes, a JesClip or a comment. */
export const authorSchema = z
  .strictObject({
    id: idField('account'),
    username: z.string().meta({ description: 'Can change; the id cannot.', examples: ['zoe'] }),
    displayName: z.string().meta({ examples: ['Zoë 🦊'] }),
    avatar: z.string().nullable().meta({ description: 'URL of an image.' }),
    verified: z.boolean(),
  })
  .meta({ id: 'Author', description: 'The author.' });

/** The label of the API key that wrote something. It never names the key's id: viewers learn the label only. */
export const viaSchema = z
  .strictObject({ label: z.string().meta({ examples: ['Blog bridge'] }) })
  .meta({ id: 'Via', description: 'The API key that posted it, by its label.' });

/** The mentioned accounts that exist; other names in the text stay plain text. */
export const mentionsSchema = z
  .array(z.strictObject({ id: idField('account'), username: z.string() }))
  .meta({ description: 'Accounts that the content mentions by @username.' });
