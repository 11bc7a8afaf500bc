import type { Db } from '../data/db.ts';
import type { RedisPort } from '../data/redis.ts';

/** What the outside world looks like to the domain. Made by `compose.ts`, for one request. */
export interface Ports {
  readonly db: Db;
  readonly redis: RedisPort;
  /** Stands in for the windows of a key while Redis is away. */
  readonly keyFallbackLimiter: RateLimit;
  /** Counts the unknown keys an address asks for. */
  readonly unknownKeyLimiter: RateLimit;
  /** Where permalinks point, without a trailing slash. */
  readonly webOrigin: string;
}

/** Plain data and ports: the same for a request, a queue message and a cron run. */
export interface Ctx {
  readonly requestId: string;
  /** Unix milliseconds; the only clock that rules may read. */
  readonly now: number;
  /** Lets work outlive the answer (`waitUntil`). Should it fail, that is logged and nothing else. */
  defer(work: Promise<unknown>): void;
  readonly ports: Ports;
}

/** Who acts. */
export type Actor = ApiKeyActor;

export interface ApiKeyActor {
  readonly type: 'apiKey';
  readonly accountId: string;
  readonly keyId: string;
  readonly label: string;
  readonly scopes: readonly string[];
}

/** A context in which somebody is known to act. */
export interface ActorCtx extends Ctx {
  readonly actor: Actor;
}
