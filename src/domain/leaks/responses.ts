import * as z from 'zod';

export const receivedSchema = z.strictObject({ received: z.literal(true) });

/** The response to GitHub about its matches. */
export const githubMatchesSchema = z.array(
  z.strictObject({
    token_hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({ description: 'SHA-256 of the token.' }),
    token_type: z.string(),
    label: z
      .enum(['true_positive', 'false_positive'])
      .meta({ description: 'True if the token is or was a Jestha key.' }),
  }),
);
