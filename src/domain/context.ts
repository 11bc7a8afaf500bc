import type { Db } from '../data/db.ts';
import type { Identity } from '../data/identity.ts';
import type { FetchPage, PreviewJob } from '../data/link-previews.ts';
import type { MailPort } from '../data/mailer.ts';
import type { ObjectsPort } from '../data/objects.ts';
import type { PublicCachePort } from '../data/public-cache.ts';
import type { RedisPort } from '../data/redis.ts';
import type { ThrottlePort } from '../data/throttle.ts';
import type { FetchTarget, WebhookWake } from '../data/webhook-queues.ts';

/** The outside world of the domain. Made by `compose.ts`, for one request. */
export interface Ports {
  readonly db: Db;
  readonly redis: RedisPort;
  /** Replaces the windows of a key while Redis is down. */
  readonly keyFallbackLimiter: RateLimit;
  /** Counts the unknown keys of an address, or of an IPv6 /64. */
  readonly unknownKeyLimiter: RateLimit;
  /** Counts the unknown keys of an IPv6 /48. */
  readonly unknownKeyNetworkLimiter: RateLimit;
  /** Counts requests without a valid credential, per address. */
  readonly visitorLimiter: RateLimit;
  /** Counts what people do. */
  readonly throttle: ThrottlePort;
  /** Accounts, passwords and sessions. A promise, since the library is loaded on first use. */
  readonly identity: Promise<Identity>;
  readonly mailer: MailPort;
  /** The queue of links to unfurl after the response. */
  readonly linkPreviews: Queue<PreviewJob>;
  /** First attempts of webhook deliveries. */
  readonly webhookEvents: Queue<WebhookWake>;
  /** Everything for endpoints that fail. */
  readonly webhookRetries: Queue<WebhookWake>;
  /** Sends webhook deliveries. */
  readonly fetchTarget: FetchTarget;
  /** The secrets that encrypt the secrets of webhook endpoints: the first encrypts, each decrypts. */
  readonly webhookSecretKeys: readonly [string, ...string[]];
  /** The bytes of images and videos. */
  readonly objects: ObjectsPort;
  /** The cache of responses to visitors, for a minute. */
  readonly publicCache: PublicCachePort;
  /** The web outside. */
  readonly fetchPage: FetchPage;
  /**
   * The secrets that sign session cookies and cursors: the first signs, each verifies. Keys for other signatures are
   * derived from them.
   */
  readonly sessionSecrets: readonly [string, ...string[]];
  /** True if people may sign in with Google. */
  readonly hasGoogle: boolean;
  /** The origin of permalinks and pages, without a trailing slash. */
  readonly webOrigin: string;
  /** The origin of the API, without a trailing slash. */
  readonly apiOrigin: string;
}

/** The client's address as Cloudflare gives it (contract section 4). */
export interface ClientAddress {
  readonly text: string;
  /** 32 hexadecimal digits (see `lib/ip.ts`). */
  readonly hex: string;
}

/** Time. Tests have one of their own. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Resolves after that many milliseconds. */
  wait(ms: number): Promise<void>;
}

/** Plain data and ports: the same for a request, a queue message and a cron run. */
export interface Ctx {
  readonly requestId: string;
  /** Unix milliseconds at which the request came; the only clock that rules may read. */
  readonly now: number;
  /** After a body that took its time, later than {@link now}. Decides if an actor may still write. */
  readonly clock: Clock;
  /** Runs a background task after the response (`waitUntil`). A failure is only logged. */
  defer(work: Promise<unknown>): void;
  readonly ports: Ports;
}

/** The acting party: a service with a person's key, or the person. */
export type Actor = ApiKeyActor | SessionActor;

export interface ApiKeyActor {
  readonly type: 'apiKey';
  readonly accountId: string;
  readonly keyId: string;
  readonly label: string;
  readonly scopes: readonly string[];
}

export interface SessionActor {
  readonly type: 'session';
  readonly accountId: string;
  readonly sessionId: string;
  /** When the person signed in, or last gave the password again, unix ms. */
  readonly authenticatedAt: number;
}

/** The claim of one write under an `Idempotency-Key` (contract section 8). */
export interface Claim {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** SHA-256 of method, path and body, hexadecimal. */
  readonly fingerprint: string;
  /** The claim exists already: nothing was uploaded, and the stored response is sent again. */
  readonly isKnown?: boolean;
}

/** A context with a known actor. */
export interface ActorCtx extends Ctx {
  readonly actor: Actor;
  /** In a write that came with an `Idempotency-Key`. */
  readonly claim?: Claim;
}

/** The batch was full: there may be more. */
/** A context with a signed-in person. */
export interface BatchDone {
  readonly done: number;
  /** A context with a signed-in person. */
  readonly hasBacklog: boolean;
}

export interface SessionCtx extends Ctx {
  readonly actor: SessionActor;
}

/** An actor who writes, and the time of the write: not that of the request, since its body may have taken a while. */
export type Writer<A extends Actor = Actor> = A & { readonly at: Date };

/** The current writer. */
export function writerOf<A extends Actor>({ actor, clock }: Pick<Ctx, 'clock'> & { readonly actor: A }): Writer<A> {
  return { ...actor, at: new Date(clock.now()) };
}
