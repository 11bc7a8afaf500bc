import type { Ctx } from '../context.ts';
import { apiKeyValidator } from './api-key-validator.ts';
import { type Authentication, type Credentials, refused, type Validator } from './authentication.ts';
import { bearerToken } from './bearer.ts';

/** One entry for each type of credential. */
const VALIDATORS: readonly Validator[] = [apiKeyValidator];

/**
 * Who sent this request? The prefix of the bearer token picks the validator (contract section 2); a token no
 * validator knows is refused without I/O.
 */
export async function authenticate(ctx: Ctx, credentials: Credentials): Promise<Authentication> {
  const token = bearerToken(credentials.authorization);
  if (token === undefined) return refused({ code: 'authentication_required' });
  const validator = VALIDATORS.find(({ prefix }) => token.startsWith(prefix));
  if (!validator) return refused({ code: 'invalid_api_key', why: 'malformed' });
  return await validator.validate(ctx, token, credentials);
}
