// Made by `npm run client:types` from the OpenAPI document. Not edited by hand.

export interface AccountSuspendedProblem {
  readonly error: "Account suspended";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "account_suspended";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface AlreadyBouncedProblem {
  readonly error: "Already bounced";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "already_bounced";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

/** An API key, without the key itself. */
export interface ApiKey {
  /** Id of the key: a ULID. */
  readonly id: string;
  readonly label: string;
  readonly maskedKey: string;
  readonly scopes: readonly string[];
  /** Empty if the key works from any address. */
  readonly ipAllowlist: readonly string[];
  readonly status: "active" | "expired" | "revoked";
  /** The time of its creation. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  /** The IP address of that request. */
  readonly lastUsedIp: string | null;
  readonly revokedAt: string | null;
  readonly revokedReason: "user" | "admin" | "leaked" | null;
  /** Only in the list. Most urgent first; empty if there is nothing to do. */
  readonly health?: readonly KeyHealth[];
}

export interface ApiKeyExpiredProblem {
  readonly error: "API key expired";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "api_key_expired";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface ApiKeyLimitReachedProblem {
  readonly error: "API key limit reached";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "api_key_limit_reached";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface ApiKeyRevokedEvent {
  readonly event: "apikey.revoked";
  /** Id of the event. */
  readonly id: string;
  /** The time of the event. */
  readonly created_at: string;
  readonly data: {
    readonly apiKey: RevokedApiKey;
  };
}

export interface ApiKeyRevokedProblem {
  readonly error: "API key revoked";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "api_key_revoked";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface AuthenticationRequiredProblem {
  readonly error: "Authentication required";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "authentication_required";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

/** The author. */
export interface Author {
  /** Id of the account: a ULID. */
  readonly id: string;
  /** Can change; the id cannot. */
  readonly username: string;
  readonly displayName: string;
  /** URL of an image. */
  readonly avatar: string | null;
  readonly verified: boolean;
}

export interface Comment {
  /** Id of the comment: a ULID. */
  readonly id: string;
  /** Id of the Jes it is on: a ULID. */
  readonly postId?: string;
  /** Id of the JesClip it is on: a ULID. */
  readonly jesClipId?: string;
  /** Null if it is not a reply. */
  readonly parentId: string | null;
  readonly content: string;
  readonly author: Author;
  readonly via: Via | null;
  /** The time of its creation. */
  readonly createdAt: string;
}

export interface CommentCreatedEvent {
  readonly event: "comment.created";
  /** Id of the event. */
  readonly id: string;
  /** The time of the event. */
  readonly created_at: string;
  readonly data: {
    readonly comment: Comment;
  };
}

export interface Counts {
  /** Likes. */
  readonly likes: number;
  /** Comments, replies included. */
  readonly comments: number;
  /** Bounces and quote-bounces. */
  readonly bounces: number;
  /** The number of saves. */
  readonly saves: number;
}

export interface CrossSiteRequestProblem {
  readonly error: "Cross-site request refused";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "cross_site_request";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface DailyQuotaExceededProblem {
  readonly error: "Daily quota exceeded";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "daily_quota_exceeded";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
  /** Seconds to wait before the next attempt. */
  readonly retryAfter: number;
}

export interface EmailUnverifiedProblem {
  readonly error: "Email address not confirmed";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "email_unverified";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

/** A failed call. */
export interface Failure {
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The time of the call. */
  readonly at: string;
  readonly method: string;
  /** Its pattern, or `unknown`. */
  readonly path: string;
  readonly status: number;
  readonly code: string;
  readonly address: string | null;
  /** Shortened. */
  readonly idempotencyKey: string | null;
}

export interface Follow {
  readonly username: string;
  readonly following: boolean;
  /** The number of followers. */
  readonly totalFollowers: number;
}

export interface HttpsRequiredProblem {
  readonly error: "HTTPS required";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "https_required";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface IdempotencyInProgressProblem {
  readonly error: "Request in progress";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "idempotency_in_progress";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
  /** Seconds to wait before the next attempt. */
  readonly retryAfter: number;
}

export interface IdempotencyKeyReusedProblem {
  readonly error: "Idempotency key reused";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "idempotency_key_reused";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface InternalErrorProblem {
  readonly error: "Internal error";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "internal_error";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface InvalidApiKeyProblem {
  readonly error: "Invalid API key";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "invalid_api_key";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface InvalidCredentialsProblem {
  readonly error: "Invalid email or password";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "invalid_credentials";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface InvalidJsonProblem {
  readonly error: "Invalid JSON";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "invalid_json";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface InvalidRequestProblem {
  readonly error: "Invalid request";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "invalid_request";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
  /** The invalid fields, each with a message. */
  readonly details: readonly {
    readonly path: string;
    readonly message: string;
  }[];
}

export interface IpNotAllowedProblem {
  readonly error: "Request IP is not in this API key's allowlist";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "ip_not_allowed";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

/** A community with members. */
export interface JeHub {
  /** Id of the JeHub: a ULID. */
  readonly id: string;
  readonly name: string;
  /** The number of members. */
  readonly totalMembers: number;
  /** The time of its creation. */
  readonly createdAt: string;
}

/** A post. */
export interface Jes {
  /** Id of the Jes: a ULID. */
  readonly id: string;
  /** Permalink. */
  readonly url: string;
  /** Empty in a plain bounce. */
  readonly content: string;
  /** The people who can see it. */
  readonly visibility: "PUBLIC" | "FOLLOWERS" | "PRIVATE";
  readonly author: Author;
  /** Null if the person posted it without a key. */
  readonly via: Via | null;
  readonly media: readonly Media[];
  readonly poll: Poll | null;
  readonly location: Location | null;
  /** Added shortly after the Jes is created. */
  readonly linkPreview: LinkPreview | null;
  /** As written in the content, without the #. */
  readonly hashtags: readonly string[];
  /** Accounts that the content mentions by @username. */
  readonly mentions: readonly {
    /** Id of the account: a ULID. */
    readonly id: string;
    readonly username: string;
  }[];
  readonly jeHub: {
    /** Id of the JeHub: a ULID. */
    readonly id: string;
    readonly name: string;
  } | null;
  /** The bounced Jes. */
  readonly bounceOf: Jes | null;
  /** True if the bounced Jes was deleted or this account may not see it; the two cases look the same. */
  readonly bounceOfDeleted?: true;
  /** In a `bounceOf` that is a quote-bounce itself: what it bounces. Only one level is filled in. */
  readonly bounceOfId?: string;
  /** For keys with the scope `read:engagement`, and for people. */
  readonly counts?: Counts;
  /** The time of its creation. */
  readonly createdAt: string;
  /** The time of its last change. */
  readonly updatedAt: string;
  readonly editedAt: string | null;
}

/** A short video. */
export interface JesClip {
  /** Id of the JesClip: a ULID. */
  readonly id: string;
  /** Permalink. */
  readonly url: string;
  /** May be empty. */
  readonly caption: string;
  readonly video: Media;
  readonly author: Author;
  /** Null if the person posted it without a key. */
  readonly via: Via | null;
  /** The people who can see it. */
  readonly visibility: "PUBLIC" | "FOLLOWERS" | "PRIVATE";
  /** As written in the caption, without the #. */
  readonly hashtags: readonly string[];
  /** Accounts that the caption mentions by @username. */
  readonly mentions: readonly {
    /** Id of the account: a ULID. */
    readonly id: string;
    readonly username: string;
  }[];
  /** For keys with the scope `read:engagement`, and for people. */
  readonly counts?: {
    /** Comments, replies included. */
    readonly comments: number;
  };
  /** The time of its creation. */
  readonly createdAt: string;
  /** The time of its last change. */
  readonly updatedAt: string;
  readonly editedAt: string | null;
}

export interface JesClipCreatedEvent {
  readonly event: "jesclip.created";
  /** Id of the event. */
  readonly id: string;
  /** The time of the event. */
  readonly created_at: string;
  readonly data: {
    readonly jesclip: JesClip;
  };
}

export interface JesCreatedEvent {
  readonly event: "jes.created";
  /** Id of the event. */
  readonly id: string;
  /** The time of the event. */
  readonly created_at: string;
  readonly data: {
    readonly jes: Jes;
  };
}

/** Something that the owner of the key should know. */
export interface KeyHealth {
  /** `leaked`: found in public and revoked, until dismissed. `revocation_scheduled`: its owner has chosen when. `expires_soon`: within 30 days. `idle`: not used for 90 days. Neither `never_used` nor `idle` is claimed while the last use is unknown. */
  readonly code: "leaked" | "expired" | "revocation_scheduled" | "expires_soon" | "never_used" | "idle" | "no_expiry" | "no_allowlist";
  /** `alert` is the most urgent. */
  readonly severity: "alert" | "warning" | "notice";
  /** The reason. */
  readonly message: string;
  /** The page or chapter that helps. */
  readonly action: string;
}

export interface Like {
  readonly liked: boolean;
  /** Likes of all. */
  readonly likes: number;
}

/** Title, description and image from the metadata of the linked page. */
export interface LinkPreview {
  readonly url: string;
  readonly title: string | null;
  readonly description: string | null;
  /** URL of an image. */
  readonly image: string | null;
  readonly siteName: string | null;
}

export interface Location {
  readonly name: string;
  readonly latitude?: number;
  readonly longitude?: number;
}

/** An image or a video. */
export interface Media {
  /** Id of the file: a ULID. */
  readonly id: string;
  readonly type: "image" | "video";
  readonly mimeType: string;
  /** Works when pasted into a browser. Of a file that is not for everybody it is signed, and short-lived. */
  readonly url: string;
  readonly width: number | null;
  readonly height: number | null;
  /** Bytes. */
  readonly size: number;
  /** Describes the file to people who cannot see it; null if the author gave no description. */
  readonly alt: string | null;
}

export interface MissingScopeProblem {
  readonly error: "Missing required scope";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "missing_scope";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
  readonly requiredScope: string;
}

export interface NotAcceptableProblem {
  readonly error: "Not acceptable";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "not_acceptable";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface NotFoundProblem {
  readonly error: "Not found";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "not_found";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface NotOwnerProblem {
  readonly error: "Not the owner";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "not_owner";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface PayloadTooLargeProblem {
  readonly error: "Payload too large";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "payload_too_large";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
  /** The invalid fields, each with a message. */
  readonly details?: readonly {
    readonly path: string;
    readonly message: string;
  }[];
}

export interface Poll {
  readonly options: readonly {
    /** Id of the option: a ULID. */
    readonly id: string;
    readonly text: string;
    /** Votes for this option. */
    readonly votes: number;
  }[];
  /** True if a vote may choose several options. */
  readonly multiple: boolean;
  /** The end of the poll. */
  readonly endsAt: string;
  /** The sum of the votes; who votes for two options counts twice. */
  readonly totalVotes: number;
}

/** The account of the caller. */
export interface Profile {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly displayName: string;
  readonly avatar: string | null;
  readonly coverImage: string | null;
  readonly bio: string | null;
  readonly verified: boolean;
  readonly emailVerified: boolean;
  readonly isPrivate: boolean;
  readonly isCreator: boolean;
  readonly totalFollowers: number;
  readonly totalFollowing: number;
  readonly totalPosts: number;
  readonly createdAt: string;
}

export interface RateLimitExceededProblem {
  readonly error: "Rate limit exceeded";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "rate_limit_exceeded";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
  /** Seconds to wait before the next attempt. */
  readonly retryAfter: number;
}

export interface ReauthenticationRequiredProblem {
  readonly error: "Password required again";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "reauthentication_required";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

/** A revoked key, without addresses. */
export interface RevokedApiKey {
  /** Id of the key: a ULID. */
  readonly id: string;
  readonly label: string;
  readonly maskedKey: string;
  readonly scopes: readonly string[];
  readonly status: "active" | "expired" | "revoked";
  /** The time of its creation. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
  readonly revokedReason: "user" | "admin" | "leaked" | null;
  /** Only in the list. Most urgent first; empty if there is nothing to do. */
  readonly health?: readonly KeyHealth[];
}

export interface RotationInProgressProblem {
  readonly error: "Rotation in progress";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "rotation_in_progress";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface Save {
  readonly saved: boolean;
  /** The number of saves. */
  readonly saves: number;
}

export interface ServiceUnavailableProblem {
  readonly error: "Service unavailable";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "service_unavailable";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
  readonly parts?: {
    readonly neon: "ok" | "unavailable";
    readonly redis: "ok" | "unavailable";
    readonly objects: "ok" | "unavailable";
  };
}

export interface Session {
  /** Id of the session: a ULID. */
  readonly id: string;
  /** The browser and system, in words. */
  readonly browser: string;
  /** The IPv4 address or IPv6 network of the sign-in. */
  readonly address: string | null;
  /** The time of the sign-in. */
  readonly createdAt: string;
  /** The time of the last use, to the minute; up to an hour late. */
  readonly lastSeenAt: string;
  /** True for the session of this request. */
  readonly isCurrent: boolean;
}

export interface SessionRequiredProblem {
  readonly error: "Not available to API keys";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "session_required";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface UnsupportedMediaTypeProblem {
  readonly error: "Unsupported media type";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "unsupported_media_type";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
  /** The invalid fields, each with a message. */
  readonly details?: readonly {
    readonly path: string;
    readonly message: string;
  }[];
}

export interface UsageBucket {
  /** The start of the hour or UTC day. */
  readonly start: string;
  /** Requests that were admitted. */
  readonly accepted: number;
  /** Requests that a limit refused. */
  readonly throttled: number;
}

/** The API key that posted it, by its label. */
export interface Via {
  readonly label: string;
}

/** A URL that receives events. */
export interface Webhook {
  /** Id of the endpoint: a ULID. */
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  readonly events: readonly ("jes.created" | "jesclip.created" | "comment.created" | "apikey.revoked")[];
  readonly status: "active" | "disabled";
  /** `owner`: switched off; `gone`: it answered 410; `failing`: it failed for 5 days. */
  readonly disabledReason: "owner" | "gone" | "failing" | null;
  /** The time of its creation. */
  readonly createdAt: string;
  readonly lastAttemptAt: string | null;
  /** The status of the last response; null if there was none. */
  readonly lastStatusCode: number | null;
  readonly failingSince: string | null;
}

export interface WebhookAttempt {
  /** The time of the request. */
  readonly at: string;
  readonly statusCode: number | null;
  /** The reason of the failure; null if the attempt succeeded. */
  readonly error: "status" | "redirect" | "timeout" | "dns" | "connection" | "tls" | "target_not_allowed" | null;
  /** Milliseconds until the response was read. */
  readonly durationMs: number;
  /** The first 1 KiB of the response. */
  readonly responseBody: string | null;
}

/** One event for one endpoint. */
export interface WebhookDelivery {
  /** Id of the delivery: a ULID. */
  readonly id: string;
  /** Id of the event. */
  readonly eventId: string;
  readonly event: "jes.created" | "jesclip.created" | "comment.created" | "apikey.revoked" | "webhook.test";
  readonly status: "pending" | "delivered" | "failed" | "cancelled";
  /** Requests made so far. */
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  /** The status of the last response; null if there was none. */
  readonly lastStatusCode: number | null;
  /** The time at which it was queued. */
  readonly createdAt: string;
}

export interface WebhookDeliveryDetail {
  /** Id of the delivery: a ULID. */
  readonly id: string;
  /** Id of the event. */
  readonly eventId: string;
  readonly event: "jes.created" | "jesclip.created" | "comment.created" | "apikey.revoked" | "webhook.test";
  readonly status: "pending" | "delivered" | "failed" | "cancelled";
  /** Requests made so far. */
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  /** The status of the last response; null if there was none. */
  readonly lastStatusCode: number | null;
  /** The time at which it was queued. */
  readonly createdAt: string;
  /** The exact payload. */
  readonly payload: string;
  /** Oldest first. */
  readonly attemptLog: readonly WebhookAttempt[];
}

export interface WebhookLimitReachedProblem {
  readonly error: "Webhook limit reached";
  /** A sentence for people. */
  readonly message: string;
  readonly code: "webhook_limit_reached";
  /** Id of the request: a ULID. */
  readonly requestId: string;
  /** The section about this code in the reference. */
  readonly docs: string;
}

export interface WebhookTestEvent {
  readonly event: "webhook.test";
  /** Id of the event. */
  readonly id: string;
  /** The time of the event. */
  readonly created_at: string;
  readonly data: {
    readonly webhook: {
      /** Id of the endpoint: a ULID. */
      readonly id: string;
      readonly url: string;
    };
  };
}

/** An event that an endpoint of webhooks gets; `event` says which. */
export type WebhookEvent = JesCreatedEvent | JesClipCreatedEvent | CommentCreatedEvent | ApiKeyRevokedEvent | WebhookTestEvent;

/** What is sent to each endpoint, and what it answers. */
export interface Operations {
  /** Does it run?. */
  'GET /healthz': {
    readonly init: {};
    readonly data: {
      readonly status: "ok";
      /** The deployed version. */
      readonly version: string;
    };
    readonly error:
      | HttpsRequiredProblem;
  };
  /** Do its database, cache and media store answer?. */
  'GET /readyz': {
    readonly init: {};
    readonly data: {
      readonly status: "ready";
      readonly parts: {
        readonly neon: "ok" | "unavailable";
        readonly redis: "ok" | "unavailable";
        readonly objects: "ok" | "unavailable";
      };
    };
    readonly error:
      | HttpsRequiredProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** This description. */
  'GET /openapi.json': {
    readonly init: {};
    readonly data: {
      readonly openapi: string;
      readonly [name: string]: unknown;
    };
    readonly error:
      | HttpsRequiredProblem
      | RateLimitExceededProblem
      | InternalErrorProblem;
  };
  /** Who am I?. */
  'GET /api/auth/me': {
    readonly init: {};
    readonly data: Profile;
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Describe this key. */
  'GET /api/auth/key': {
    readonly init: {};
    readonly data: {
      /** Id of the key: a ULID. */
      readonly id: string;
      readonly label: string;
      readonly maskedKey: string;
      readonly scopes: readonly string[];
      /** The time of its creation. */
      readonly createdAt: string;
      readonly expiresAt: string | null;
      /** True if the key works only from some addresses. */
      readonly ipRestricted: boolean;
      /** The rolling minute and 24 hours, `POST /api/posts` a minute, and the creations of the UTC day. */
      readonly limits: readonly ({
        readonly name: "minute" | "day" | "posts" | "creations";
        readonly limit: number;
        /** Requests, or creations, that are still admitted. */
        readonly remaining: number;
        /** The time at which the oldest request leaves the window; for creations, midnight UTC. */
        readonly resetsAt: string;
      })[];
    };
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** List failed calls of this key. */
  'GET /api/auth/key/failures': {
    readonly init: {
      readonly query?: {
        /** Only this status. */
        readonly status?: number;
        /** Only this error code. */
        readonly code?: string;
        /** The maximum number of items on the page. */
        readonly limit?: number;
        /** The `nextCursor` of the page before. */
        readonly cursor?: string;
      };
    };
    readonly data: {
      readonly failures: readonly Failure[];
      readonly nextCursor: string | null;
    };
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Post a Jes. */
  'POST /api/posts': {
    readonly init: {
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & ({ readonly body: {
      readonly content: string;
      /** Descriptions of files; only forms have files. */
      readonly alt?: readonly string[];
      /** The people who can see it. */
      readonly visibility?: "PUBLIC" | "FOLLOWERS" | "PRIVATE";
      /** A JeHub that the account is a member of. Only its members see the Jes. */
      readonly jeHubId?: string;
      readonly location?: {
        readonly name: string;
        readonly latitude?: number;
        readonly longitude?: number;
      };
      readonly poll?: {
        /** All different; case matters. */
        readonly options: readonly string[];
        readonly durationHours?: number;
        /** True if a vote may choose several options. */
        readonly multiple?: boolean;
      };
      /** The URL to preview, instead of the first one in the content. */
      readonly linkPreviewUrl?: string;
    } } | { readonly form: {
      readonly content?: string;
      /** The n-th text describes the n-th file to people who cannot see it; an empty text means no description. Send one field per text, or one field with a JSON list. */
      readonly alt?: readonly string[];
      /** The people who can see it. */
      readonly visibility?: "PUBLIC" | "FOLLOWERS" | "PRIVATE";
      /** A JeHub that the account is a member of. Only its members see the Jes. */
      readonly jeHubId?: string;
      readonly location?: {
        readonly name: string;
        readonly latitude?: number;
        readonly longitude?: number;
      };
      readonly poll?: {
        /** All different; case matters. */
        readonly options: readonly string[];
        readonly durationHours?: number;
        /** True if a vote may choose several options. */
        readonly multiple?: boolean;
      };
      /** The URL to preview, instead of the first one in the content. */
      readonly linkPreviewUrl?: string;
      /** With an API key at most 4 files of at most 8,388,608 bytes. The bytes decide the type: image/jpeg, image/png, image/gif, image/webp, video/mp4, video/mpeg, video/quicktime, video/webm. Files are stored without their metadata. */
      readonly media?: readonly Blob[];
    } });
    readonly data: Jes;
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | DailyQuotaExceededProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Read a Jes. */
  'GET /api/posts/:id': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
    };
    readonly data: Jes;
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Edit your Jes. */
  'PATCH /api/posts/:id': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & { readonly body: {
      readonly content?: string;
      /** The people who can see it. */
      readonly visibility?: "PUBLIC" | "FOLLOWERS" | "PRIVATE";
      /** Null removes it. */
      readonly location?: {
        readonly name: string;
        readonly latitude?: number;
        readonly longitude?: number;
      } | null;
      /** New descriptions of files of this Jes; other files keep theirs. */
      readonly media?: readonly ({
        /** The id of a file of this Jes. */
        readonly id: string;
        /** Describes the file. Null or an empty text removes the description. */
        readonly alt: string | null;
      })[];
    } };
    readonly data: Jes;
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotOwnerProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Delete your Jes. */
  'DELETE /api/posts/:id': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: undefined;
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotOwnerProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Bounce or quote-bounce a Jes. */
  'POST /api/posts/:id/bounce': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & { readonly body?: {
      readonly content?: string;
    } };
    readonly data: Jes;
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | AlreadyBouncedProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | DailyQuotaExceededProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Comment on a Jes. */
  'POST /api/posts/:id/comments': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & { readonly body: {
      readonly content: string;
      /** The comment that this one replies to. */
      readonly parentId?: string;
    } };
    readonly data: Comment;
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Read the comments on a Jes. */
  'GET /api/posts/:id/comments': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
      readonly query?: {
        /** The maximum number of items on the page. */
        readonly limit?: number;
        /** The `nextCursor` of the page before. */
        readonly cursor?: string;
      };
    };
    readonly data: {
      readonly comments: readonly Comment[];
      /** The cursor of the next page; null if there is none yet. */
      readonly nextCursor: string | null;
    };
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Comment on a JesClip. */
  'POST /api/jesclips/:id/comments': {
    readonly init: {
      readonly params: {
        /** Id of a JesClip. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & { readonly body: {
      readonly content: string;
      /** The comment that this one replies to. */
      readonly parentId?: string;
    } };
    readonly data: Comment;
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Read the comments on a JesClip. */
  'GET /api/jesclips/:id/comments': {
    readonly init: {
      readonly params: {
        /** Id of a JesClip. */
        readonly id: string;
      };
      readonly query?: {
        /** The maximum number of items on the page. */
        readonly limit?: number;
        /** The `nextCursor` of the page before. */
        readonly cursor?: string;
      };
    };
    readonly data: {
      readonly comments: readonly Comment[];
      /** The cursor of the next page; null if there is none yet. */
      readonly nextCursor: string | null;
    };
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Post a JesClip. */
  'POST /api/jesclips': {
    readonly init: {
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & { readonly form: {
      /** May be empty. */
      readonly caption?: string;
      /** The people who can see it. */
      readonly visibility?: "PUBLIC" | "FOLLOWERS" | "PRIVATE";
      /** One video, with an API key of at most 8,388,608 bytes. The bytes decide the type: video/mp4, video/mpeg, video/quicktime, video/webm. The video is stored without its metadata. */
      readonly video: Blob;
    } };
    readonly data: JesClip;
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | DailyQuotaExceededProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Read a JesClip. */
  'GET /api/jesclips/:id': {
    readonly init: {
      readonly params: {
        /** Id of a JesClip. */
        readonly id: string;
      };
    };
    readonly data: JesClip;
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Edit your JesClip. */
  'PATCH /api/jesclips/:id': {
    readonly init: {
      readonly params: {
        /** Id of a JesClip. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & { readonly body: {
      /** May be empty. */
      readonly caption?: string;
      /** The people who can see it. */
      readonly visibility?: "PUBLIC" | "FOLLOWERS" | "PRIVATE";
    } };
    readonly data: JesClip;
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotOwnerProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Like a Jes. */
  'POST /api/posts/:id/like': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: Like;
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Unlike a Jes. */
  'DELETE /api/posts/:id/like': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: Like;
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Save a Jes. */
  'POST /api/posts/:id/save': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: Save;
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Unsave a Jes. */
  'DELETE /api/posts/:id/save': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: Save;
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Vote in the poll of a Jes. */
  'POST /api/posts/:id/poll/votes': {
    readonly init: {
      readonly params: {
        /** Id of a Jes. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & { readonly body: {
      readonly optionIds: readonly string[];
    } };
    readonly data: Poll;
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Follow an account. */
  'POST /api/users/:username/follow': {
    readonly init: {
      readonly params: {
        /** Case does not matter. */
        readonly username: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: Follow;
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | DailyQuotaExceededProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Unfollow an account. */
  'DELETE /api/users/:username/follow': {
    readonly init: {
      readonly params: {
        /** Case does not matter. */
        readonly username: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: Follow;
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Create a JeHub. */
  'POST /api/jehubs': {
    readonly init: {
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & { readonly body: {
      readonly name: string;
    } };
    readonly data: JeHub;
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | DailyQuotaExceededProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Join a JeHub. */
  'POST /api/jehubs/:id/join': {
    readonly init: {
      readonly params: {
        /** Id of a JeHub. */
        readonly id: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: JeHub;
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Sign up. */
  'POST /api/auth/sign-up/email': {
    readonly init: { readonly body: {
      readonly name: string;
      readonly username: string;
      /** ASCII before the @. Kept in lower case, its domain as `xn--…`. */
      readonly email: string;
      readonly password: string;
    } };
    readonly data: Profile;
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Sign in. */
  'POST /api/auth/sign-in/email': {
    readonly init: { readonly body: {
      /** ASCII before the @. Kept in lower case, its domain as `xn--…`. */
      readonly email: string;
      readonly password: string;
    } };
    readonly data: Profile;
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | InvalidApiKeyProblem
      | InvalidCredentialsProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Sign out. */
  'POST /api/auth/sign-out': {
    readonly init: {};
    readonly data: {
      readonly success: true;
    };
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** List the sessions. */
  'GET /api/auth/sessions': {
    readonly init: {};
    readonly data: {
      readonly sessions: readonly Session[];
    };
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** End all other sessions. */
  'DELETE /api/auth/sessions': {
    readonly init: {};
    readonly data: {
      /** The number of ended sessions. */
      readonly ended: number;
    };
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** End a session. */
  'DELETE /api/auth/sessions/:id': {
    readonly init: {
      readonly params: {
        /** Id of one of your sessions. */
        readonly id: string;
      };
    };
    readonly data: {
      readonly success: true;
    };
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Confirm the password again. */
  'POST /api/auth/reauthenticate': {
    readonly init: { readonly body: {
      readonly password: string;
    } };
    readonly data: {
      readonly success: true;
    };
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Change the password. */
  'POST /api/auth/change-password': {
    readonly init: { readonly body: {
      readonly currentPassword: string;
      readonly newPassword: string;
    } };
    readonly data: {
      readonly success: true;
    };
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Download your data. */
  'GET /api/auth/account/export': {
    readonly init: {};
    readonly data: {
      /** The start of the download. */
      readonly exportedAt: string;
      readonly account: {
        readonly id: string;
        readonly username: string;
        readonly email: string;
        readonly [name: string]: unknown;
      };
      /** A password, or an account of Google. */
      readonly signInMethods: readonly {
        readonly [name: string]: unknown;
      }[];
      /** The sessions of the account. */
      readonly sessions: readonly {
        readonly [name: string]: unknown;
      }[];
      /** Keys, without the keys. */
      readonly apiKeys: readonly {
        readonly [name: string]: unknown;
      }[];
      /** The history of the keys. */
      readonly apiKeyHistory: readonly {
        readonly [name: string]: unknown;
      }[];
      /** Mails about the keys, sent or still to come. */
      readonly apiKeyMails: readonly {
        readonly [name: string]: unknown;
      }[];
      /** Failed calls with the keys. */
      readonly apiKeyFailures: readonly {
        readonly [name: string]: unknown;
      }[];
      /** Webhook endpoints of the keys, without their secrets. */
      readonly webhooks: readonly {
        readonly [name: string]: unknown;
      }[];
      /** Jes and bounces. The addresses of files work for an hour. */
      readonly posts: readonly {
        readonly [name: string]: unknown;
      }[];
      /** JesClips. */
      readonly jesclips: readonly {
        readonly [name: string]: unknown;
      }[];
      /** Comments on Jes. */
      readonly comments: readonly {
        readonly [name: string]: unknown;
      }[];
      /** Comments on JesClips. */
      readonly jesclipComments: readonly {
        readonly [name: string]: unknown;
      }[];
      /** Jes that the person likes. */
      readonly likes: readonly {
        readonly [name: string]: unknown;
      }[];
      /** Jes that the person keeps for later. */
      readonly saves: readonly {
        readonly [name: string]: unknown;
      }[];
      /** Votes in polls. */
      readonly pollVotes: readonly {
        readonly [name: string]: unknown;
      }[];
      /** The accounts that the person follows. */
      readonly following: readonly {
        readonly [name: string]: unknown;
      }[];
      /** JeHubs that the person is a member of. */
      readonly jeHubs: readonly {
        readonly [name: string]: unknown;
      }[];
    };
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Delete the account. */
  'DELETE /api/auth/account': {
    readonly init: { readonly body: {
      readonly password?: string;
    } };
    readonly data: {
      /** The time at which everything is removed, unless somebody signs in before. */
      readonly deletedAt: string;
    };
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | ReauthenticationRequiredProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** List your keys. */
  'GET /api/auth/api-keys': {
    readonly init: {
      readonly query?: {
        /** The maximum number of items on the page. */
        readonly limit?: number;
        /** The `nextCursor` of the page before. */
        readonly cursor?: string;
      };
    };
    readonly data: {
      readonly apiKeys: readonly ApiKey[];
      /** The cursor of the next page; null on the last page. */
      readonly nextCursor: string | null;
    };
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Generate a key. */
  'POST /api/auth/api-keys': {
    readonly init: { readonly body: {
      readonly label: string;
      readonly scopes: readonly ("write:jes" | "write:jesclip" | "write:comment" | "read:comment" | "read:engagement" | "webhooks:manage")[];
      readonly expiresInDays?: 30 | 90 | 365;
      readonly expiresAt?: string | string;
      readonly ipAllowlist?: readonly string[];
      readonly acceptTerms: true;
    } };
    readonly data: {
      readonly apiKey: ApiKey;
      /** The key itself. No other response shows it, and we do not store it. */
      readonly key: string;
    };
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | EmailUnverifiedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | ReauthenticationRequiredProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | ApiKeyLimitReachedProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | DailyQuotaExceededProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Revoke a key. */
  'DELETE /api/auth/api-keys/:id': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys. */
        readonly id: string;
      };
    };
    readonly data: {
      readonly apiKey: ApiKey;
    };
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Read the usage of a key. */
  'GET /api/auth/api-keys/:id/usage': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys. */
        readonly id: string;
      };
      readonly query?: {
        readonly window?: "24h" | "30d";
      };
    };
    readonly data: {
      readonly buckets: readonly UsageBucket[];
    };
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** List failed calls of a key. */
  'GET /api/auth/api-keys/:id/failures': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys. */
        readonly id: string;
      };
      readonly query?: {
        /** Only this status. */
        readonly status?: number;
        /** Only this error code. */
        readonly code?: string;
        /** The maximum number of items on the page. */
        readonly limit?: number;
        /** The `nextCursor` of the page before. */
        readonly cursor?: string;
      };
    };
    readonly data: {
      readonly failures: readonly Failure[];
      readonly nextCursor: string | null;
    };
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** List endpoints. */
  'GET /api/auth/api-keys/:id/webhooks': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
      };
    };
    readonly data: {
      readonly webhooks: readonly Webhook[];
    };
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Add an endpoint. */
  'POST /api/auth/api-keys/:id/webhooks': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
      };
    } & { readonly body: {
      /** https, port 443, a public host name. */
      readonly url: string;
      readonly events: readonly ("jes.created" | "jesclip.created" | "comment.created" | "apikey.revoked")[];
      readonly description?: string;
    } };
    readonly data: {
      readonly webhook: Webhook;
      /** The signing secret. No other response shows it. */
      readonly secret: string;
    };
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | WebhookLimitReachedProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Read an endpoint. */
  'GET /api/auth/api-keys/:id/webhooks/:webhookId': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
        /** Id of an endpoint of that key. */
        readonly webhookId: string;
      };
    };
    readonly data: {
      readonly webhook: Webhook;
    };
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Change, disable or enable an endpoint. */
  'PATCH /api/auth/api-keys/:id/webhooks/:webhookId': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
        /** Id of an endpoint of that key. */
        readonly webhookId: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & { readonly body: {
      /** https, port 443, a public host name. */
      readonly url?: string;
      readonly events?: readonly ("jes.created" | "jesclip.created" | "comment.created" | "apikey.revoked")[];
      /** Null removes it. */
      readonly description?: string | null;
      /** Enabling an endpoint resets its failures. */
      readonly status?: "active" | "disabled";
    } };
    readonly data: {
      readonly webhook: Webhook;
    };
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Delete an endpoint. */
  'DELETE /api/auth/api-keys/:id/webhooks/:webhookId': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
        /** Id of an endpoint of that key. */
        readonly webhookId: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: undefined;
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Rotate the secret of an endpoint. */
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/rotate-secret': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
        /** Id of an endpoint of that key. */
        readonly webhookId: string;
      };
    } & { readonly body?: {
      /** Ends the previous secret now, while two are valid. */
      readonly endPrevious?: true;
    } };
    readonly data: {
      readonly webhook: Webhook;
      /** The signing secret. No other response shows it. */
      readonly secret: string;
      /** The time until which the previous secret signs, too. */
      readonly previousExpiresAt: string;
    };
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RotationInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Send a test event. */
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/test': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
        /** Id of an endpoint of that key. */
        readonly webhookId: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: {
      readonly delivery: WebhookDelivery;
    };
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Replay missed events. */
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/replay': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
        /** Id of an endpoint of that key. */
        readonly webhookId: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    } & { readonly body: {
      /** The start of the replay. */
      readonly since: string;
      /** `failed`: what was not delivered, or not even sent while the endpoint was disabled. */
      readonly status?: "failed" | "all";
    } };
    readonly data: {
      /** Deliveries that were queued. */
      readonly replayed: number;
    };
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | IdempotencyKeyReusedProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** List deliveries. */
  'GET /api/auth/api-keys/:id/webhooks/:webhookId/deliveries': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
        /** Id of an endpoint of that key. */
        readonly webhookId: string;
      };
      readonly query?: {
        readonly status?: "pending" | "delivered" | "failed" | "cancelled";
        readonly event?: "jes.created" | "jesclip.created" | "comment.created" | "apikey.revoked" | "webhook.test";
        /** The maximum number of items on the page. */
        readonly limit?: number;
        /** The `nextCursor` of the page before. */
        readonly cursor?: string;
      };
    };
    readonly data: {
      readonly deliveries: readonly WebhookDelivery[];
      /** The `cursor` of the next page; null on the last one. */
      readonly nextCursor: string | null;
    };
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Read a delivery. */
  'GET /api/auth/api-keys/:id/webhooks/:webhookId/deliveries/:deliveryId': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
        /** Id of an endpoint of that key. */
        readonly webhookId: string;
        /** Id of a delivery to that endpoint. */
        readonly deliveryId: string;
      };
    };
    readonly data: {
      readonly delivery: WebhookDeliveryDetail;
    };
    readonly error:
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Redeliver. */
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/deliveries/:deliveryId/redeliver': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
        /** Id of an endpoint of that key. */
        readonly webhookId: string;
        /** Id of a delivery to that endpoint. */
        readonly deliveryId: string;
      };
      /** The same request with the same key is done once, and answered the same within 24 hours. */
      readonly idempotencyKey?: string;
    };
    readonly data: {
      readonly delivery: WebhookDelivery;
    };
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | IdempotencyInProgressProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Poll for events. */
  'GET /api/auth/api-keys/:id/events': {
    readonly init: {
      readonly params: {
        /** Id of one of your keys; a key may name itself. */
        readonly id: string;
      };
      readonly query?: {
        readonly event?: "jes.created" | "jesclip.created" | "comment.created" | "apikey.revoked";
        /** The maximum number of items on the page. */
        readonly limit?: number;
        /** The `nextCursor` of the page before. */
        readonly cursor?: string;
      };
    };
    readonly data: {
      readonly events: readonly (JesCreatedEvent | JesClipCreatedEvent | CommentCreatedEvent | ApiKeyRevokedEvent)[];
      /** The cursor of the next page. Send it at once if the page was full, later otherwise. Never null. */
      readonly nextCursor: string;
    };
    readonly error:
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | MissingScopeProblem
      | NotFoundProblem
      | NotAcceptableProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Report leaked keys. */
  'POST /api/key-reports': {
    readonly init: { readonly body: {
      /** The text that was found. We ignore everything in it that is not a Jestha key. */
      readonly keys: readonly string[];
      /** The place where it was found; we tell the owner. */
      readonly url?: string;
    } };
    readonly data: {
      readonly received: true;
    };
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
  /** Receive matches of GitHub’s secret scanning. */
  'POST /api/key-reports/github': {
    readonly init: { readonly body: readonly ({
      readonly token: string;
      readonly type: string;
      readonly url?: string | null;
      readonly source?: string | null;
      readonly [name: string]: unknown;
    })[] };
    readonly data: readonly ({
      /** SHA-256 of the token. */
      readonly token_hash: string;
      readonly token_type: string;
      /** True if the token is or was a Jestha key. */
      readonly label: "true_positive" | "false_positive";
    })[];
    readonly error:
      | InvalidJsonProblem
      | InvalidRequestProblem
      | ApiKeyExpiredProblem
      | ApiKeyRevokedProblem
      | AuthenticationRequiredProblem
      | InvalidApiKeyProblem
      | AccountSuspendedProblem
      | CrossSiteRequestProblem
      | HttpsRequiredProblem
      | IpNotAllowedProblem
      | SessionRequiredProblem
      | NotAcceptableProblem
      | PayloadTooLargeProblem
      | UnsupportedMediaTypeProblem
      | RateLimitExceededProblem
      | InternalErrorProblem
      | ServiceUnavailableProblem;
  };
}

/** The writes that take an `Idempotency-Key`. */
export const KEYED_WRITES: readonly string[] = [
  'POST /api/posts',
  'PATCH /api/posts/:id',
  'DELETE /api/posts/:id',
  'POST /api/posts/:id/bounce',
  'POST /api/posts/:id/comments',
  'POST /api/jesclips/:id/comments',
  'POST /api/jesclips',
  'PATCH /api/jesclips/:id',
  'POST /api/posts/:id/like',
  'DELETE /api/posts/:id/like',
  'POST /api/posts/:id/save',
  'DELETE /api/posts/:id/save',
  'POST /api/posts/:id/poll/votes',
  'POST /api/users/:username/follow',
  'DELETE /api/users/:username/follow',
  'POST /api/jehubs',
  'POST /api/jehubs/:id/join',
  'PATCH /api/auth/api-keys/:id/webhooks/:webhookId',
  'DELETE /api/auth/api-keys/:id/webhooks/:webhookId',
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/test',
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/replay',
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/deliveries/:deliveryId/redeliver',
];
