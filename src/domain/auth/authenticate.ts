import { whenKnown } from '../../lib/when-known.ts';
import type { Ctx } from '../context.ts';
import { apiKeyValidator } from './api-key-validator.ts';
import { type Authentication, type Credentials, refused, type Validator } from './authentication.ts';
import { bearerToken } from './bearer.ts';
import { sessionValidator } from './session-validator.ts';

/** One entry for each type of credential. */
const VALIDATORS: readonly Validator[] = [apiKeyValidator, sessionValidator];

/**
 * Who sent this request? The carrier and the prefix of the token pick the validator (contract section 2); a bearer
 * token no validator knows is refused without I/O, and at once. A bearer token decides alone, whatever cookie came with
 * it.
 */
export function authenticate(ctx: Ctx, credentials: Credentials): Authentication | Promise<Authentication> {
  const bearer = bearerToken(credentials.authorization);
  if (bearer !== undefined) return validate(ctx, 'bearer', bearer, credentials);
  return whenKnown(credentials.sessionToken(), (token) =>
    token === undefined ? refused({ code: 'authentication_required' }) : validate(ctx, 'cookie', token, credentials),
  );
}

function validate(ctx: Ctx, carrier: Validator['carrier'], token: string, credentials: Credentials) {
  const validator = VALIDATORS.find((known) => known.carrier === carrier && token.startsWith(known.prefix));
  if (!validator) return refused({ code: 'invalid_api_key', why: 'malformed' });
  return validator.validate(ctx, token, credentials);
}
