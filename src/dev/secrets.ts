/** The secrets of a Worker that talks to these services. */
export interface ServiceSecrets {
  readonly DATABASE_URL: string;
  readonly NEON_SQL_ENDPOINT: string;
  readonly UPSTASH_REDIS_REST_URL: string;
  readonly UPSTASH_REDIS_REST_TOKEN: string;
  readonly SESSION_SECRET: string;
  readonly WEBHOOK_SECRET_KEY: string;
  readonly MAIL_API_URL: string;
  readonly MAIL_API_KEY: string;
}

/** The origins of pages and API: links in mails begin with the first. */
export interface Origins {
  readonly WEB_ORIGIN: string;
  readonly API_ORIGIN: string;
}

/** The addresses of the local services. */
export interface ServiceUrls {
  readonly neon: string;
  readonly upstash: string;
  readonly mail: string;
}

/** The secrets that name a scope of the emulators: requests with them have their own counters and faults. */
export function secretsFor(urls: ServiceUrls, secret: string, scope?: string): ServiceSecrets {
  const credential = scope === undefined ? secret : `${secret}.${scope}`;
  return {
    DATABASE_URL: `postgres://jestha:${encodeURIComponent(credential)}@localhost/jestha`,
    NEON_SQL_ENDPOINT: `${urls.neon}/sql`,
    UPSTASH_REDIS_REST_URL: urls.upstash,
    UPSTASH_REDIS_REST_TOKEN: credential,
    SESSION_SECRET: `sessions of ${secret}`,
    WEBHOOK_SECRET_KEY: `webhooks of ${secret}`,
    MAIL_API_URL: urls.mail,
    MAIL_API_KEY: secret,
  };
}
