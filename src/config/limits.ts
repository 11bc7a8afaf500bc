/**
 * Every number of the system: its unit in its name, its reason beside it. Those marked [doc] are promised
 * to callers and not ours to change (contract section 6).
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

// ── Requests per key [doc] ──────────────────────────────────────────────────────────────────────────────
/** [doc] Requests of one key in a rolling minute. Fails over to the isolate's own count and the Workers binding. */
export const REQUESTS_PER_MINUTE = 60;
/** [doc] Requests of one key in rolling 24 hours. */
export const REQUESTS_PER_DAY = 10_000;
/** [doc] `POST /api/posts` of one key in a rolling minute. */
export const POSTS_PER_MINUTE = 10;
export const MINUTE_WINDOW_MS = MINUTE_MS;
/**
 * The 24-hour log is kept by the minute: a request leaves it between 24 h and 24 h 1 min after it came.
 * Rounding that way never admits one too many; an exact log would be 10,000 timestamps a key.
 */
export const DAY_WINDOW_MINUTES = 24 * 60;
export const DAY_BUCKET_MS = MINUTE_MS;

/** [doc] Jes and JesClips created through the API, per account and UTC day. Held by a CHECK in the database. */
export const CREATIONS_PER_DAY = 1_000;

// ── Keys [doc] ──────────────────────────────────────────────────────────────────────────────────────────
/** [doc] Active (neither revoked nor expired) keys per account. */
export const ACTIVE_KEYS_PER_ACCOUNT = 5;
export const LABEL_MAX_CHARACTERS = 50;
export const ALLOWLIST_MAX_ENTRIES = 50;
/** [doc] The developer terms a key's owner accepts at creation. */
export const TERMS_VERSION = '2026-05-28';

// ── What Redis keeps, and for how long ──────────────────────────────────────────────────────────────────
/** A key's record: long enough that a busy key never goes cold, short enough that a profile is never a day old. */
export const RECORD_TTL_MS = HOUR_MS;
/** From this age on a record is read again from Neon in the background: bounds what a lost tombstone can do. */
export const RECORD_FRESH_MS = 10 * MINUTE_MS;
/** How soon an isolate tries again to refresh one record: Neon may be down, and the record still serves. */
export const REFRESH_RETRY_MS = 30 * SECOND_MS;
/** Refreshes an isolate remembers; the oldest makes room. */
export const ISOLATE_REFRESHES_MAX = 10_000;
/** A hash nobody has: just long enough to stop a loop of one bad key from asking Neon every time. */
export const UNKNOWN_RECORD_TTL_MS = 30 * SECOND_MS;
/** A tombstone must outlive every fill that began before the revocation; those live for seconds. */
export const TOMBSTONE_TTL_MS = DAY_MS;
/** Windows, last use and hourly usage outlive the 30 days that Settings shows. */
export const USAGE_TTL_MS = 32 * DAY_MS;

// ── How long we wait ────────────────────────────────────────────────────────────────────────────────────
/** All waiting of one request for Redis, together. After it the request goes on without Redis. */
export const REDIS_BUDGET_MS = 300;
/** One statement or batch. Neon wakes a suspended compute in about half a second; beyond this it is down. */
export const NEON_TIMEOUT_MS = 5 * SECOND_MS;
/** What a 503 asks the caller to wait. */
export const UNAVAILABLE_RETRY_AFTER_S = 5;

// ── Stand-ins and shields ───────────────────────────────────────────────────────────────────────────────
/** Keys whose windows an isolate counts itself while Redis is away; the oldest makes room. */
export const ISOLATE_WINDOWS_MAX_KEYS = 10_000;
/** How long an address that asked for too many unknown keys gets no look-up; the period of the binding. */
export const UNKNOWN_KEY_BLOCK_MS = MINUTE_MS;
/** Blocked addresses remembered by an isolate; the oldest makes room. */
export const BLOCKED_ADDRESSES_MAX = 10_000;
/** "Redis is away" is logged at most so often by an isolate: a flood of warnings helps nobody. */
export const DEGRADED_WARNING_INTERVAL_MS = MINUTE_MS;

// ── Sweep ───────────────────────────────────────────────────────────────────────────────────────────────
/** Revocations told to Redis in one cron run: one request of at most 200 records, about 150 KB. */
export const SWEEP_BATCH = 200;

// ── Requests ────────────────────────────────────────────────────────────────────────────────────────────
/**
 * A JSON body. 5,000 characters of content, each at worst escaped as a surrogate pair (12 bytes), are
 * 60,000 bytes; the rest is room for the other fields.
 */
export const JSON_BODY_MAX_BYTES = 128 * 1024;
/** [doc] Characters (Unicode code points) of a Jes. */
export const CONTENT_MAX_CHARACTERS = 5_000;
