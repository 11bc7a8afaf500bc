import * as z from 'zod';
import { FAILURES_PER_KEY } from '../../../config/limits.ts';
import {
  changePasswordSchema,
  deleteAccountSchema,
  profileSchema,
  reauthenticateSchema,
  signInSchema,
  signUpSchema,
} from '../../../domain/accounts/index.ts';
import { doneSchema, endedSchema, sessionListSchema } from '../../../domain/accounts/responses.ts';
import { failuresQuerySchema } from '../../../domain/failures/index.ts';
import { failurePageSchema } from '../../../domain/failures/responses.ts';
import { ownKeySchema } from '../../../domain/keys/responses.ts';
import { timeField } from '../../../domain/response-fields.ts';
import { exportSchema } from '../../../domain/takeout/responses.ts';
import type { Operation } from '../../openapi/operation.ts';
import { pathId } from '../../openapi/params.ts';

const signedIn = {
  status: 200,
  description: 'The profile. The cookie holds the session.',
  schema: profileSchema,
  headers: ['Set-Cookie'],
} as const;

/** Operations of signing up, signing in and of one's own account. */
export const accounts = {
  getMe: {
    tag: 'Account',
    summary: 'Who am I?',
    description:
      'The account that the key or the session acts for. Needs no scope. A key may read a copy that is up to 10 minutes old.',
    answer: { status: 200, description: 'The account.', schema: profileSchema },
  },
  getKey: {
    tag: 'Account',
    summary: 'Describe this key',
    description:
      'Label, scopes and expiry of the key in the request, and the room left in each limit. Needs no scope. A session gets 403.',
    answer: { status: 200, description: 'The key.', schema: ownKeySchema },
  },
  listKeyFailures: {
    tag: 'Account',
    summary: 'List failed calls of this key',
    description: `The newest ${FAILURES_PER_KEY} calls with status 400 or above in the last 7 days. Needs no scope.`,
    query: failuresQuerySchema,
    answer: { status: 200, description: 'A page of failed calls.', schema: failurePageSchema },
  },
  signUp: {
    tag: 'Sessions',
    summary: 'Sign up',
    description: 'Creates an account, sends a link that confirms the email address, and signs in.',
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
      description: 'Signed out.',
      schema: doneSchema,
      headers: ['Set-Cookie'],
    },
  },
  listSessions: {
    tag: 'Sessions',
    summary: 'List the sessions',
    description: 'The 100 sessions of the account that were used last.',
    answer: { status: 200, description: 'The sessions.', schema: sessionListSchema },
  },
  endSession: {
    tag: 'Sessions',
    summary: 'End a session',
    description: 'Signs one browser out. It may be this one.',
    params: pathId('one of your sessions'),
    answer: { status: 200, description: 'The session has ended.', schema: doneSchema },
  },
  endOtherSessions: {
    tag: 'Sessions',
    summary: 'End all other sessions',
    answer: { status: 200, description: 'All other sessions have ended.', schema: endedSchema },
  },
  reauthenticate: {
    tag: 'Sessions',
    summary: 'Confirm the password again',
    description: 'Some requests need a password that was entered within the last 12 hours. This one renews it.',
    body: { json: reauthenticateSchema, example: { password: 'correct horse' } },
    answer: { status: 200, description: 'The password is confirmed for 12 hours.', schema: doneSchema },
  },
  changePassword: {
    tag: 'Account',
    summary: 'Change the password',
    description: 'Also ends all other sessions and every link that was mailed.',
    body: {
      json: changePasswordSchema,
      example: { currentPassword: 'correct horse', newPassword: 'battery staple' },
    },
    answer: { status: 200, description: 'The password is changed.', schema: doneSchema },
  },
  exportAccount: {
    tag: 'Account',
    summary: 'Download your data',
    description:
      'A JSON file with everything we store about the account, at most 5 times a day. It holds no password, key or token.',
    answer: { status: 200, description: 'The file.', schema: exportSchema },
  },
  deleteAccount: {
    tag: 'Account',
    summary: 'Delete the account',
    description:
      'Revokes all API keys and ends all sessions at once. Signing in within a week keeps the account, without its keys; after ' +
      'that everything is removed. The username is free again 30 days after the request. An account without a password ' +
      'sends no password, within 10 minutes of signing in with Google.',
    body: { json: deleteAccountSchema, example: { password: 'correct horse' } },
    answer: {
      status: 200,
      description: 'The account will be deleted.',
      schema: z.strictObject({
        deletedAt: timeField('The time at which everything is removed, unless somebody signs in before.'),
      }),
      headers: ['Set-Cookie'],
    },
    errors: ['reauthentication_required'],
  },
} as const satisfies Record<string, Operation>;
