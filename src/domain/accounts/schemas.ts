import * as z from 'zod';
import {
  EMAIL_MAX_CHARACTERS,
  NAME_MAX_CHARACTERS,
  PASSWORD_MAX_CHARACTERS,
  PASSWORD_MIN_CHARACTERS,
  USERNAME_MAX_CHARACTERS,
  USERNAME_MIN_CHARACTERS,
} from '../../config/limits.ts';
import { isReservedUsername } from '../../config/reserved-usernames.ts';
import { toEmailAddress } from '../../lib/email.ts';
import { humanLine, LONE_SURROGATE } from '../text.ts';

const NOT_AN_ADDRESS = 'must be an email address';

const email = z
  .string({ error: NOT_AN_ADDRESS })
  .trim()
  .transform((text, { issues }) => {
    const address = toEmailAddress(text);
    if (address !== undefined && address.length <= EMAIL_MAX_CHARACTERS) return address;
    const message = address === undefined ? NOT_AN_ADDRESS : `must be at most ${EMAIL_MAX_CHARACTERS} characters`;
    issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  })
  .meta({
    format: 'idn-email',
    maxLength: EMAIL_MAX_CHARACTERS,
    description: 'ASCII before the @. Kept in lower case, its domain as `xn--…`.',
  });

const password = z
  .string({ error: 'must be a string' })
  .min(PASSWORD_MIN_CHARACTERS, `must be at least ${PASSWORD_MIN_CHARACTERS} characters`)
  .max(PASSWORD_MAX_CHARACTERS, `must be at most ${PASSWORD_MAX_CHARACTERS} characters`)
  .refine((text) => text.isWellFormed(), LONE_SURROGATE);

/** `POST /api/auth/sign-up/email` (contract section 9). Usernames are kept in lower case. */
export const signUpSchema = z.strictObject({
  name: humanLine(1, NAME_MAX_CHARACTERS),
  username: z
    .string({ error: 'must be a string' })
    .regex(
      new RegExp(`^\\s*[A-Za-z0-9_]{${USERNAME_MIN_CHARACTERS},${USERNAME_MAX_CHARACTERS}}\\s*$`),
      `must be ${USERNAME_MIN_CHARACTERS} to ${USERNAME_MAX_CHARACTERS} letters a–z, digits or underscores`,
    )
    .transform((username) => username.trim().toLowerCase())
    .refine((username) => !isReservedUsername(username), 'is reserved for Jestha'),
  email,
  password,
});

/** `POST /api/auth/sign-in/email`. A text that cannot be a password is a wrong password, not an invalid request. */
export const signInSchema = z.strictObject({
  email,
  password: z
    .string({ error: 'must be a string' })
    .min(1, 'must not be empty')
    .max(PASSWORD_MAX_CHARACTERS * 4)
    // In UTF-8 all lone surrogates are alike, so what has one must not be hashed. The empty password is nobody's.
    .transform((text) => (text.isWellFormed() ? text : '')),
});

/** The password of the signed-in person. A text that cannot be a password is a wrong one, too. */
const currentPassword = signInSchema.shape.password;

/** `POST /api/auth/reauthenticate` (contract section 3). */
export const reauthenticateSchema = z.strictObject({ password: currentPassword });

export const changePasswordSchema = z.strictObject({ currentPassword, newPassword: password });

/** An account that people sign in to with Google only has no password to give. */
export const deleteAccountSchema = z.strictObject({ password: currentPassword.optional() });

export const emailSchema = z.strictObject({ email });

/** Input of the page on which a person chooses another password. */
export const resetPasswordSchema = z.strictObject({
  token: z.string({ error: 'must be a string' }),
  password,
  /** A person who knew the old password may have generated keys. */
  revokeKeys: z.boolean({ error: 'must be true or false' }).default(true),
});
