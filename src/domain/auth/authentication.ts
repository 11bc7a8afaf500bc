import type { Profile } from '../accounts/index.ts';
import type { ErrorReason } from '../api-error.ts';
import type { Actor, ApiKeyActor, ClientAddress, Ctx, SessionActor } from '../context.ts';
import type { LimitStatus } from '../limits/index.ts';

/** What authentication needs to know of a request. */
export interface Credentials {
  /** The header of that name. */
  readonly authorization: string | null;
  /** The token of the session cookie, once its signature was checked. Asked for only where no bearer token decides. */
  sessionToken(): string | undefined | Promise<string | undefined>;
  /** Undefined where there is none, or an unreadable one. Read only when it matters: a bad key must cost nothing. */
  address(): ClientAddress | undefined;
  /** The zone of the Worker that sent the request (`CF-Worker`); null where no Worker did. */
  callingZone(): string | null;
  /** Whether the window of `POST /api/posts` applies too. */
  readonly countsPost: boolean;
  /** The response shows all windows of the key, that of `POST /api/posts` too. */
  readonly showsLimits: boolean;
  /** Whether the request may change the profile of the key's owner: create or delete a Jes. */
  readonly changesProfile: boolean;
  /**
   * Whether the response shows the profile, which must then not be older than a write of this key (contract section 7).
   */
  readonly showsProfile: boolean;
  /**
   * Begins to read what the response shows, as the actor whom Redis will likely admit. Called beside the call of Redis,
   * and only where a guess can be made; the request is decided by Redis alone. Must not throw.
   */
  readonly readAhead?: ((actor: ApiKeyActor) => void) | undefined;
}

/** The limits of the key, as far as they were looked at. */
export interface Limits extends LimitStatus {
  /** When the key expires, unix ms. */
  readonly expiresAt: number | null;
  /** Redis is away: the figures are this isolate's own. */
  readonly degraded: boolean;
}

export type Authentication =
  | {
      readonly outcome: 'admitted';
      readonly actor: ApiKeyActor;
      readonly owner: Profile;
      readonly limits: Limits;
      /** SHA-256 of the key, hexadecimal. */
      readonly keyHash: string;
    }
  | {
      readonly outcome: 'admitted';
      readonly actor: SessionActor;
      readonly owner: Profile;
      /** A person has no limits of a key. */
      readonly limits?: undefined;
    }
  | {
      readonly outcome: 'refused';
      readonly reason: ErrorReason;
      /** Whose credential it was, where that is known; for the log. */
      readonly actor?: Actor;
      readonly limits?: Limits;
    };

/** Knows one type of credential and where requests carry it. */
export interface Validator {
  readonly carrier: 'bearer' | 'cookie';
  /** What its tokens begin with: picks the validator without any look-up. */
  readonly prefix: string;
  /** At once where the token is refused without I/O. */
  validate(ctx: Ctx, token: string, credentials: Credentials): Authentication | Promise<Authentication>;
}

export function refused(reason: ErrorReason): Authentication {
  return { outcome: 'refused', reason };
}
