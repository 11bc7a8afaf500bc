/** The secrets of a Worker that talks to these services. */
export interface ServiceSecrets {
  readonly DATABASE_URL: string;
  readonly NEON_SQL_ENDPOINT: string;
  readonly UPSTASH_REDIS_REST_URL: string;
  readonly UPSTASH_REDIS_REST_TOKEN: string;
}

/**
 * The secrets that name a scope of the emulators: what goes through them is counted and disturbed on its own.
 *
 * @param urls of the emulators
 */
export function secretsFor(urls: { neon: string; upstash: string }, secret: string, scope?: string): ServiceSecrets {
  const credential = scope === undefined ? secret : `${secret}.${scope}`;
  return {
    DATABASE_URL: `postgres://jestha:${encodeURIComponent(credential)}@localhost/jestha`,
    NEON_SQL_ENDPOINT: `${urls.neon}/sql`,
    UPSTASH_REDIS_REST_URL: urls.upstash,
    UPSTASH_REDIS_REST_TOKEN: credential,
  };
}
