import type { Ctx } from '../context.ts';
import { apiKeyValidator } from './api-key-validator.ts';
import { type Authentication, type Credentials, refused, type Validator } from './authentication.ts';
import { bearerToken } from './bearer.ts';
import { sessionValidator } from './session-validator.ts';

/** One entry for each type of credential. */
const VALIDATORS: readonly Validator[] = [apiKeyValidator, sessionValidator];

/**
 * Who sent this request? The carrier and the prefix of the token pick the validator (contract section 2); a bearer
 * token no validator knows is refused without I/O. A bearer token decides alone, whatever cookie came with it.
 */
export async function authenticate(ctx: Ctx, credentials: Credentials): Promise<Authentication> {
  const bearer = bearerToken(credentials.authorization);
  const token = bearer ?? (await credentials.sessionToken());
  if (token === undefined) return refused({ code: 'authentication_required' });
  const carrier = bearer === undefined ? 'cookie' : 'bearer';
  const validator = VALIDATORS.find((known) => known.carrier === carrier && token.startsWith(known.prefix));
  if (!validator) return refused({ code: 'invalid_api_key', why: 'malformed' });
  return await validator.validate(ctx, token, credentials);
}
