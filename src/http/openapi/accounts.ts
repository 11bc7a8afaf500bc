import * as z from 'zod';
import { profileSchema, signInSchema, signUpSchema } from '../../domain/accounts/index.ts';
import type { Operation } from './operation.ts';

const signedIn = {
  status: 200,
  description: 'The profile; the session is in the cookie.',
  schema: profileSchema,
  headers: ['Set-Cookie'],
} as const;

export const accounts = {
  getMe: {
    tag: 'Account',
    summary: 'Who am I?',
    description:
      'The account that the key or the session acts for. Needs no scope; for a key it may be 10 minutes old.',
    answer: { status: 200, description: 'The account.', schema: profileSchema },
  },
  signUp: {
    tag: 'Sessions',
    summary: 'Sign up',
    description: 'Makes an account, mails a link that proves its e-mail address, and signs the person in.',
    body: {
      json: signUpSchema,
      example: { name: 'Zoë', username: 'zoe', email: 'zoe@example.com', password: 'correct horse' },
    },
    answer: signedIn,
  },
  signIn: {
    tag: 'Sessions',
    summary: 'Sign in',
    body: { json: signInSchema, example: { email: 'zoe@example.com', password: 'correct horse' } },
    answer: signedIn,
    errors: ['invalid_credentials'],
  },
  signOut: {
    tag: 'Sessions',
    summary: 'Sign out',
    description: 'Ends the session and clears its cookie.',
    answer: {
      status: 200,
      description: 'Nobody is signed in any more.',
      schema: z.strictObject({ success: z.literal(true) }),
      headers: ['Set-Cookie'],
    },
  },
} as const satisfies Record<string, Operation>;
