/**
 * The token of an `Authorization` header (RFC 6750 section 2.1): the scheme word in any case, surrounding white
 * space tolerated. Undefined where nothing was sent or another scheme is used.
 */
export function bearerToken(authorization: string | null): string | undefined {
  if (authorization === null) return undefined;
  const header = authorization.trim();
  if (header.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  const rest = header.slice(SCHEME.length);
  const token = rest.trim();
  // Without white space after it, "bearer" is only the beginning of some other word.
  return token === '' || token.length === rest.length ? undefined : token;
}

const SCHEME = 'bearer';
