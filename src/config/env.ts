import * as z from 'zod';

const rateLimiter = z.custom<RateLimit>(
  (value) => typeof value === 'object' && value !== null && 'limit' in value,
  'must be a [[ratelimits]] binding of wrangler.toml',
);

const origin = z
  .url({ protocol: /^https?$/ })
  .regex(/^https?:/, 'must begin with https:// or http:// in lower case')
  .regex(/[^/]$/, 'must not end with a slash');

const queue = z.custom<Queue>(
  (value) => typeof value === 'object' && value !== null && 'send' in value,
  'must be a [[queues.producers]] binding of wrangler.toml',
);

const secret = z.string().min(32, 'must be at least 32 characters');

const bucket = z.custom<R2Bucket>(
  (value) => typeof value === 'object' && value !== null && 'put' in value,
  'must be a [[r2_buckets]] binding of wrangler.toml',
);

/** The configuration of a deployment: secrets, variables and bindings, by name. */
export const configSchema = z.object({
  /** `postgres://user:password@host/database` of the Neon project. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** The address of Neon's SQL over HTTP, if it is not the one that the driver derives from the host. */
  NEON_SQL_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  UPSTASH_REDIS_REST_URL: z.url({ protocol: /^https?$/ }),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1),
  /** The origin of pages and permalinks: `https://jestha.com`, without a trailing slash. */
  WEB_ORIGIN: origin,
  /** The origin of the API: `https://api.jestha.com`, without a trailing slash. */
  API_ORIGIN: origin,
  /** Signs session cookies and the links in mails. */
  SESSION_SECRET: secret,
  /** The previous secret, while its signatures are still in use: it verifies, and never signs. */
  SESSION_SECRET_PREVIOUS: secret.optional(),
  /** Encrypts the signing secrets of webhook endpoints. */
  WEBHOOK_SECRET_KEY: secret,
  /**
   * The previous secret, until the sweep has encrypted all secrets with the new one: it decrypts, and never encrypts.
   */
  WEBHOOK_SECRET_KEY_PREVIOUS: secret.optional(),
  /** Both present: people may sign in with Google. */
  GOOGLE_CLIENT_ID: z.string().min(1).optional(),
  GOOGLE_CLIENT_SECRET: z.string().min(1).optional(),
  /** The mail API: Resend's, or one that answers like it. */
  MAIL_API_URL: origin,
  MAIL_API_KEY: z.string().min(1),
  /** The sender, `Jestha <no-reply@jestha.com>`. */
  MAIL_FROM: z.string().min(1),
  KEY_FALLBACK_LIMITER: rateLimiter,
  UNKNOWN_KEY_LIMITER: rateLimiter,
  UNKNOWN_KEY_NETWORK_LIMITER: rateLimiter,
  ATTEMPT_FALLBACK_LIMITER: rateLimiter,
  LINK_PREVIEWS: queue,
  WEBHOOK_EVENTS: queue,
  WEBHOOK_RETRIES: queue,
  VISITOR_LIMITER: rateLimiter,
  MEDIA: bucket,
});

export type Config = z.infer<typeof configSchema>;

/** Bindings are the same object for the life of an isolate, so they are checked once. */
const checked = new WeakMap<object, Config>();

/**
 * The checked configuration of this deployment.
 *
 * @throws ConfigError naming every variable that is missing or wrong, and never a value
 */
export function configOf(env: object): Config {
  const known = checked.get(env);
  if (known) return known;
  const result = configSchema.safeParse(env);
  if (!result.success) throw new ConfigError(result.error.issues);
  checked.set(env, result.data);
  return result.data;
}

/** The secrets that sign cookies, cursors and links: the first signs, each verifies. */
export function sessionSecretsOf(config: Config): Secrets {
  return newestFirst(config.SESSION_SECRET, config.SESSION_SECRET_PREVIOUS);
}

/** The secrets that encrypt the secrets of webhook endpoints: the first encrypts, each decrypts. */
export function webhookSecretKeysOf(config: Config): Secrets {
  return newestFirst(config.WEBHOOK_SECRET_KEY, config.WEBHOOK_SECRET_KEY_PREVIOUS);
}

/** A secret and, while it is being replaced, the one before. */
export type Secrets = readonly [string, ...string[]];

function newestFirst(present: string, previous: string | undefined): Secrets {
  return previous === undefined ? [present] : [present, previous];
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(issues: readonly z.core.$ZodIssue[]) {
    const lines = issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    super(
      `The configuration is not usable. ${lines.join('; ')}. ` +
        'Set secrets with `wrangler secret put NAME` (locally: `npm start` or `npm run dev:services`), ' +
        'variables and bindings in wrangler.toml.',
    );
  }
}
