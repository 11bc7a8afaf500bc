import * as z from 'zod';
import { FAILURES_PER_KEY } from '../../config/limits.ts';
import { doneSchema, endedSchema, sessionListSchema } from '../../domain/accounts/answers.ts';
import {
  changePasswordSchema,
  deleteAccountSchema,
  profileSchema,
  reauthenticateSchema,
  signInSchema,
  signUpSchema,
} from '../../domain/accounts/index.ts';
import { answeredTime } from '../../domain/answer-parts.ts';
import { failurePageSchema } from '../../domain/failures/answers.ts';
import { failuresQuerySchema } from '../../domain/failures/index.ts';
import { ownKeySchema } from '../../domain/keys/answers.ts';
import { exportSchema } from '../../domain/takeout/answers.ts';
import type { Operation } from './operation.ts';
import { pathId } from './params.ts';

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
  getKey: {
    tag: 'Account',
    summary: 'Describe the key that calls',
    description: 'Its label, scopes and expiry, and what is left of every limit. Needs no scope; a session is no key.',
    answer: { status: 200, description: 'The key.', schema: ownKeySchema },
  },
  listKeyFailures: {
    tag: 'Account',
    summary: 'List failed calls of the key that calls',
    description: `Status 400 or above: the newest ${FAILURES_PER_KEY} of 7 days. Needs no scope.`,
    query: failuresQuerySchema,
    answer: { status: 200, description: 'A page of failed calls.', schema: failurePageSchema },
  },
  signUp: {
    tag: 'Sessions',
    summary: 'Sign up',
    description: 'Makes an account, mails a link that proves its email address, and signs the person in.',
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
      schema: doneSchema,
      headers: ['Set-Cookie'],
    },
  },
  listSessions: {
    tag: 'Sessions',
    summary: 'List the sessions',
    description: 'Where the person is signed in: the 100 sessions that were in use last.',
    answer: { status: 200, description: 'The sessions.', schema: sessionListSchema },
  },
  endSession: {
    tag: 'Sessions',
    summary: 'End a session',
    description: 'Signs one browser out, this one too.',
    params: pathId('a session of one’s own'),
    answer: { status: 200, description: 'It has ended.', schema: doneSchema },
  },
  endOtherSessions: {
    tag: 'Sessions',
    summary: 'End all other sessions',
    answer: { status: 200, description: 'Only this session is left.', schema: endedSchema },
  },
  reauthenticate: {
    tag: 'Sessions',
    summary: 'Give the password again',
    description: 'For what refuses a session in which the password was last given more than 12 hours ago.',
    body: { json: reauthenticateSchema, example: { password: 'correct horse' } },
    answer: { status: 200, description: 'The session counts as new for 12 hours.', schema: doneSchema },
  },
  changePassword: {
    tag: 'Account',
    summary: 'Change the password',
    description: 'Ends all other sessions, and all links that were mailed.',
    body: {
      json: changePasswordSchema,
      example: { currentPassword: 'correct horse', newPassword: 'battery staple' },
    },
    answer: { status: 200, description: 'The new password is the password.', schema: doneSchema },
  },
  exportAccount: {
    tag: 'Account',
    summary: 'Download everything we keep of you',
    description: 'A JSON file, at most 5 a day. It holds no password, key or token.',
    answer: { status: 200, description: 'The file.', schema: exportSchema },
  },
  deleteAccount: {
    tag: 'Account',
    summary: 'Delete the account',
    description:
      'Revokes all API keys at once and signs the person out everywhere. For a week signing in keeps the account, without its ' +
      'keys; then everything in it is removed. The username is free again 30 days after the request. Accounts without a ' +
      'password send none, within 10 minutes of signing in with Google.',
    body: { json: deleteAccountSchema, example: { password: 'correct horse' } },
    answer: {
      status: 200,
      description: 'It will be deleted.',
      schema: z.strictObject({
        deletedAt: answeredTime('When everything is removed, unless the person signs in before.'),
      }),
      headers: ['Set-Cookie'],
    },
    errors: ['reauthentication_required'],
  },
} as const satisfies Record<string, Operation>;
