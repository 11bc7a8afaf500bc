/**
 * Every number of the system: its unit in its name, its reason beside it. Those marked [doc] are promised
 * to callers and not ours to change (contract section 6).
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const MIB = 1_024 * 1_024;

// ── Requests per key [doc] ──────────────────────────────────────────────────────────────────────────────
/** [doc] Requests of one key in a rolling minute. Fails over to the isolate's own count and the Workers binding. */
export const REQUESTS_PER_MINUTE = 60;
/** [doc] Requests of one key in rolling 24 hours. */
export const REQUESTS_PER_DAY = 10_000;
/** [doc] `POST /api/posts` of one key in a rolling minute. */
export const POSTS_PER_MINUTE = 10;
export const MINUTE_WINDOW_MS = MINUTE_MS;
/**
 * The 24-hour log is kept by the minute: a request leaves it between 24 h and 24 h 1 min after it came. Rounding that
 * way never admits a request over the limit; an exact log would be 10,000 timestamps a key.
 */
export const DAY_WINDOW_MINUTES = 24 * 60;
export const DAY_BUCKET_MS = MINUTE_MS;

/** [doc] Jes and JesClips created through the API, per account and UTC day. */
export const CREATIONS_PER_DAY = 1_000;
/**
 * Limits per account and UTC day. A CHECK of `daily_usage` enforces each in the transaction of the write (contract
 * section 6). `creations` counts what API keys create; the others count what signed-in people do. In a message,
 * `{limit}` is the number.
 */
export const DAILY_LIMITS = {
  creations: {
    limit: CREATIONS_PER_DAY,
    message: 'This account is limited to {limit} Jes and JesClips per UTC day through the API.',
  },
  jes: { limit: 2_000, message: 'You can post at most {limit} Jes and JesClips per UTC day.' },
  jehubs: { limit: 10, message: 'You can create at most {limit} JeHubs per UTC day.' },
  follows: { limit: 400, message: 'You can follow at most {limit} accounts per UTC day.' },
  uploads: { limit: 200, message: 'You can upload at most {limit} files per UTC day.' },
  uploadBytes: { limit: 2 * 1_024 * MIB, message: 'You can upload at most 2 GiB of files per UTC day.' },
  keys: { limit: 100, message: 'You can generate at most {limit} API keys per UTC day.' },
} as const;
export type DailyLimit = keyof typeof DAILY_LIMITS;

/** A key that expires within this time carries a notice in every response. */
export const EXPIRY_SHOWN_MS = 30 * DAY_MS;

// ── Keys [doc] ──────────────────────────────────────────────────────────────────────────────────────────
/** [doc] Active (neither revoked nor expired) keys per account. */
export const ACTIVE_KEYS_PER_ACCOUNT = 5;
export const LABEL_MAX_CHARACTERS = 50;
export const ALLOWLIST_MAX_ENTRIES = 50;
/** [doc] The developer terms a key's owner accepts at creation. */
export const TERMS_VERSION = '2026-05-28';

// ── Cache records in Redis ──────────────────────────────────────────────────────────────────────────────
/** A key's record: long enough that a busy key never goes cold, short enough that a profile is never a day old. */
export const RECORD_TTL_MS = HOUR_MS;
/** The age from which a record is read again from Neon in the background: it bounds the effect of a lost tombstone. */
export const RECORD_FRESH_MS = 10 * MINUTE_MS;
/**
 * From this long after a key was admitted to a write on, the write is committed or refused: Redis, the body and Neon
 * take less. The response to a slower write waits until Redis has forgotten the key's record.
 */
export const WRITE_SETTLED_MS = 10 * SECOND_MS;
/** The time before an isolate retries the refresh of one record: Neon may be down, and the record still serves. */
export const REFRESH_RETRY_MS = 30 * SECOND_MS;
/** Refreshes an isolate remembers; the oldest makes room. */
export const ISOLATE_REFRESHES_MAX = 10_000;
/**
 * The life of a record that says "unknown key": just long enough to stop a loop of one bad key from asking Neon every
 * time.
 */
export const UNKNOWN_RECORD_TTL_MS = 30 * SECOND_MS;
/** A tombstone must outlive every fill that began before the revocation; those live for seconds. */
export const TOMBSTONE_TTL_MS = DAY_MS;
/**
 * The life of a suspended account's record that a request read from Neon: the read may overlap the end of the
 * suspension.
 */
export const SUSPENDED_RECORD_TTL_MS = MINUTE_MS;
/** The hours of usage that Settings shows, the one under way included. */
export const USAGE_HOURS = 30 * 24;
/** Windows, last use and hourly usage outlive the 30 days that Settings shows. */
export const USAGE_TTL_MS = 32 * DAY_MS;

// ── Link previews ───────────────────────────────────────────────────────────────────────────────────────
/** A URL is fetched for previews at most once in this time, for all accounts together (contract section 6). */
export const PREVIEW_FETCHED_EVERY_MS = HOUR_MS;
/** URLs fetched for one account in that time. A redirect leads to another URL, which counts too. */
export const PREVIEWS_PER_ACCOUNT = 60;
/** A Jes that links to a URL which is being fetched asks again after this time. */
export const PREVIEW_RETRY_S = 10;
/**
 * For a page with all its redirects and as much of it as is read. A batch of five stays far below a consumer's limits.
 */
export const PREVIEW_TIMEOUT_MS = 5 * SECOND_MS;
/** The bytes of a page that are read for its link preview: its head is at the beginning, and seldom larger. */
export const PREVIEW_MAX_BYTES = 512 * 1024;
/** From http-like spelling to www to a language is three; more is a loop. */
export const PREVIEW_REDIRECTS_MAX = 3;
export const PREVIEW_TITLE_MAX_CHARACTERS = 300;
export const PREVIEW_DESCRIPTION_MAX_CHARACTERS = 1_000;

// ── Webhooks (contract section 10) ──────────────────────────────────────────────────────────────────────
/** [doc] Endpoints of one key. */
export const WEBHOOKS_PER_KEY = 5;
export const WEBHOOK_DESCRIPTION_MAX_CHARACTERS = 100;
/** One attempt: connection, request and as much of the response as is read. */
export const WEBHOOK_TIMEOUT_MS = 10 * SECOND_MS;
/** Read and kept of a response. */
export const WEBHOOK_RESPONSE_MAX_BYTES = 1_024;
/** Waits between the attempts of a delivery: ten attempts in a little more than three days. */
export const WEBHOOK_RETRY_WAITS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;
/** Spreads retries, so that deliveries that failed together do not come together again. */
export const WEBHOOK_JITTER = 0.1;
/** A longer `Retry-After` is cut to this. */
export const WEBHOOK_RETRY_AFTER_MAX_MS = DAY_MS;
/** An endpoint that fails for this time is disabled; half of it warns the owner. */
export const WEBHOOK_DISABLED_AFTER_MS = 5 * DAY_MS;
/** The failed attempts must lie so far apart: one old failure and a new one are not "failing for days". */
export const WEBHOOK_FAILING_SPAN_MS = 12 * HOUR_MS;
/** The time for which the secret before a rotation also signs. */
export const WEBHOOK_ROTATION_MS = DAY_MS;
/** Workers wait for the headers of at most six connections at once. */
export const WEBHOOK_SENDS_MAX = 6;
/** Attempts of one endpoint at once, over all consumers. */
export const WEBHOOK_SENDS_PER_ENDPOINT = 2;
/**
 * A consumer that died gives its deliveries back after this. An attempt takes 10 s, writing its outcome 5 s at most.
 */
export const WEBHOOK_LEASE_MS = 30 * SECOND_MS;
/**
 * An attempt starts within this time of its claim, or not at all. A revocation waits as long for a claimed delivery
 * before it answers: after that no delivery of its key starts.
 */
export const WEBHOOK_START_WINDOW_MS = 2 * SECOND_MS;
/** A consumer takes no new delivery after this; `waitUntil` of a queue consumer ends at 30 s, an attempt takes 10. */
export const WEBHOOK_ROUND_MS = 12 * SECOND_MS;
/**
 * The most that the clocks of two isolates may differ. A delivery that one queued for now is due for another, whose
 * clock is behind. Without this margin a wake could find nothing due, and the delivery would wait for the sweep.
 */
export const WEBHOOK_CLOCK_SKEW_MS = 500;
/** A timestamp that receivers must refuse: Standard Webhooks lets them take five minutes. */
export const WEBHOOK_PROBE_STALE_MS = 10 * MINUTE_MS;
/** The time that a new signing secret waits, encrypted in a cookie, for the page that shows it. */
export const WEBHOOK_SECRET_REVEAL_MS = 10 * MINUTE_MS;
/** Shorter waits are a delayed message, exact to a second; longer ones are rows in Neon, and the sweep wakes them. */
export const WEBHOOK_QUEUED_WAIT_MAX_MS = MINUTE_MS;
/** From this age on the sweep takes an event for one whose message was lost. */
export const WEBHOOK_LOST_AFTER_MS = 5 * SECOND_MS;
/** Events and endpoints that one run of the sweep wakes, of each. */
export const WEBHOOK_WAKES_MAX = 1_000;
/** Deliveries that one statement cancels or deletes. */
export const WEBHOOK_BATCH = 5_000;
/** Deliveries of one replay. */
export const WEBHOOK_REPLAY_MAX = 10_000;
/** A message that could not be handled, since Neon was away, comes again after this. */
export const WEBHOOK_MESSAGE_RETRY_S = 10;
export const DELIVERIES_PER_PAGE = 20;
export const EVENTS_PER_PAGE = 20;
export const WEBHOOK_PAGE_MAX = 100;

// ── Idempotency ─────────────────────────────────────────────────────────────────────────────────────────
/** The time that the response to a write is kept for its `Idempotency-Key`; the sweep removes it later. */
export const IDEMPOTENCY_KEPT_MS = DAY_MS;
export const IDEMPOTENCY_KEY_MAX_CHARACTERS = 255;
/** The time that a retry waits for the first request to finish before it is refused. A write takes milliseconds. */
export const IDEMPOTENCY_WAIT_MS = 250;
/** The `Retry-After` of a retry that came while the first request was in progress. */
export const IN_PROGRESS_RETRY_AFTER_S = 1;

// ── Uploads ─────────────────────────────────────────────────────────────────────────────────────────────
/**
 * [doc] Files of one request and the bytes of each, by who sends them: 4 of 8 MB for keys. "MB" is read as mebibytes,
 * the larger of its two meanings, so that no file of 8 MB is refused.
 */
export const UPLOAD_LIMITS = {
  apiKey: { files: 4, fileBytes: 8 * MIB },
  session: { files: 10, fileBytes: 50 * MIB },
} as const satisfies Record<string, UploadLimits>;
export interface UploadLimits {
  readonly files: number;
  readonly fileBytes: number;
}
/** The pixels of the largest picture that phones take, 64 megapixels: a decoder needs 256 MiB for it. */
export const PIXELS_MAX = 64 * MIB;
/** Drawn to show a file once, all frames of it: some seconds of a phone. */
export const DRAWN_PIXELS_MAX = 1_000_000_000;
/** Fields beside the files; a Jes has six. */
export const UPLOAD_FIELDS_MAX = 20;
/** Parts in addition to the files and the fields that are taken: inputs of a browser's form that were left empty. */
export const UPLOAD_PARTS_SPARE = 2;
/** Headers of one part, in bytes. A file name of 4,096 bytes, each of them percent-encoded, has room. */
export const PART_HEADERS_MAX_BYTES = 16 * 1_024;
/** Header lines of one part; clients send three. */
export const PART_HEADERS_MAX = 100;
/** Boundaries and headers of all parts together; a part has about 200 bytes of them. */
export const UPLOAD_OVERHEAD_MAX_BYTES = 64 * 1_024;
/** Memory for the files of all uploads in an isolate, of its 128 MB. An upload that gets none waits. */
export const UPLOAD_MEMORY_BYTES = 64 * MIB;
/** The share of one account: two files of a key. A person's larger file may take more, one account at a time. */
export const UPLOAD_MEMORY_PER_ACCOUNT_BYTES = UPLOAD_MEMORY_BYTES / 4;
/** The memory that a file takes first: four chunks. */
export const FILE_BUFFER_MIN_BYTES = 256 * 1_024;
/** The most by which the memory of a file grows at once. */
export const FILE_BUFFER_STEP_BYTES = 8 * MIB;
/** Uploads of one account that an isolate reads at once; a further one waits. */
export const ACCOUNT_UPLOADS_MAX = 2;
/** The time that an upload waits for memory, or for its turn, before it is refused with 503. */
export const UPLOAD_WAIT_MS = 15 * SECOND_MS;
/** One call of the bucket. Storing 8 MB takes a fraction of a second; beyond this it is down. */
export const OBJECTS_TIMEOUT_MS = 10 * SECOND_MS;
/** Life of the signed address of a file that is not public. */
export const SIGNED_URL_TTL_MS = HOUR_MS;
/** From this age on an object without a row belongs to an upload that was cut short. */
export const ORPHAN_AGE_MS = HOUR_MS;
/** Objects looked at in one cron run, 720,000 a day; R2 deletes at most 1,000 at once. */
export const OBJECTS_SWEPT_BATCH = 500;

// ── Keys that leak (contract section 11) ────────────────────────────────────────────────────────────────
export const KEYS_PER_REPORT = 100;
export const TOKENS_PER_REPORT = 1_000;
export const GITHUB_REPORT_MAX_BYTES = MIB;
/** GitHub's public keys are fetched again after this time. */
export const GITHUB_KEYS_KEPT_MS = HOUR_MS;
export const GITHUB_UNKNOWN_KEY_KEPT_MS = MINUTE_MS;
export const GITHUB_TIMEOUT_MS = 5 * SECOND_MS;
/** Mails of one run. */
export const LEAK_MAILS_BATCH = 50;

// ── Mails about keys ────────────────────────────────────────────────────────────────────────────────────
/** Days before the expiry of a key at which a warning is due. */
export const EXPIRY_WARNING_DAYS = [30, 7, 1] as const;
/** Refusals by the allowlist of a key, within an hour of the first of them, that its owner is mailed about. */
export const REFUSALS_MAILED = 20;
export const REFUSALS_WINDOW_MS = HOUR_MS;
/** A mail that cannot be sent is given up after this time: the provider remembers its idempotency key no longer. */
export const KEY_MAIL_TRIED_MS = DAY_MS;
/**
 * The first retry; each further one waits twice as long, up to the maximum. Longer than a run, whose claim it is, too.
 */
export const KEY_MAIL_RETRY_MS = 5 * MINUTE_MS;
export const KEY_MAIL_RETRY_MAX_MS = 2 * HOUR_MS;
/** Mails that one run claims, and the time in which it sends them. */
export const KEY_MAILS_BATCH = 100;
export const KEY_MAILS_BUDGET_MS = 20 * SECOND_MS;
/** A run ends after this many failures: the provider is down. */
export const KEY_MAIL_FAILURES_MAX = 3;

// ── Records of the use of a key ─────────────────────────────────────────────────────────────────────────
export const ACTIVITY_PAGE = 50;
export const ACTIVITY_ADDRESSES_SHOWN = 100;
/** The page counts each kind up to here, and says "more than" beyond. */
export const MADE_COUNTED_MAX = 10_001;
/** The most rows that one statement deletes; all statements of one request share the time. */
export const JES_DELETED_BATCH = 200;
export const COMMENTS_DELETED_BATCH = 200;
export const JESCLIPS_DELETED_BATCH = 20;
export const DELETE_MADE_BUDGET_MS = 3 * SECOND_MS;

// ── Scheduled revocations ───────────────────────────────────────────────────────────────────────────────
/** The longest silence that a schedule can wait for. Redis forgets uses after 32 days. */
export const REVOKE_AFTER_SILENCE_MAX_HOURS = 720;

// ── Health of keys ──────────────────────────────────────────────────────────────────────────────────────
/** A key without a request for this time is idle. */
export const KEY_IDLE_MS = 90 * DAY_MS;

// ── Waits and timeouts ──────────────────────────────────────────────────────────────────────────────────
/** The waits of one request for Redis, together, if Redis is near. After them the request goes on without Redis. */
export const REDIS_BUDGET_MS = 300;
/**
 * The budget in round trips for a distant Redis, as the isolate has measured them. A cold key takes two, a new script
 * two more.
 */
export const REDIS_BUDGET_ROUND_TRIPS = 4;
/**
 * The most, and what an isolate waits that has measured none: its first call also opens the connection, three round
 * trips.
 */
export const REDIS_BUDGET_MAX_MS = SECOND_MS;
/**
 * The same budget for work in the background that must reach Redis: the sweep, and scripts of an operator who may be
 * far away.
 */
export const BACKGROUND_REDIS_BUDGET_MS = 10 * SECOND_MS;
/** One statement or batch. Neon wakes a suspended compute in about half a second; beyond this it is down. */
export const NEON_TIMEOUT_MS = 5 * SECOND_MS;
/** The `Retry-After` of a 503. */
export const UNAVAILABLE_RETRY_AFTER_S = 5;
/** The time that the cache keeps responses to visitors: public files, and 404s. Edits show within it everywhere. */
export const PUBLIC_CACHE_MS = MINUTE_MS;
/** The time-out of one look-up in the cache, which is in the same data center; beyond it the cache is down. */
export const PUBLIC_CACHE_TIMEOUT_MS = 500;
/** The wait of a visitor who asked too often: the period of the binding. */
export const VISITOR_WAIT_S = 60;
/** The time that an isolate keeps the state of its stores: anyone may ask `/readyz`, which must not hammer them. */
export const READINESS_KEPT_MS = 2 * SECOND_MS;

// ── Stand-ins and shields ───────────────────────────────────────────────────────────────────────────────
/** Keys whose windows an isolate counts itself while Redis is down; the oldest makes room. */
export const ISOLATE_WINDOWS_MAX_KEYS = 10_000;
/** Revoked keys, and keys over their limits, that an isolate refuses without asking Redis; the oldest makes room. */
export const ISOLATE_REFUSALS_MAX_KEYS = 10_000;
/** Keys that an isolate has seen admitted, whose reads it begins beside the call of Redis; the oldest makes room. */
export const ISOLATE_GUESSES_MAX_KEYS = 2_000;
/** Records of keys that an isolate keeps decoded, some 2 KB each; the oldest makes room. */
export const ISOLATE_RECORDS_MAX = 2_000;
/**
 * Reads of one key that an isolate begins before Redis has decided about them: so many statements are wasted at most.
 */
export const READ_AHEAD_MAX = 4;
/** A read that Redis has not decided about for so long belongs to a request that the runtime has ended. */
export const READ_AHEAD_GIVEN_UP_MS = MINUTE_MS;
/** A key with fewer requests left in its minute or day waits for Redis. */
export const READ_AHEAD_MIN_REMAINING = 8;
/** The interval at which an isolate asks Redis about a key over its limits, so that a revocation shows soon. */
export const LIMITED_ASKED_AGAIN_MS = 5 * SECOND_MS;
/** The most hashes of keys, and of unknown keys, that an isolate remembers; the oldest makes room. */
export const ISOLATE_KNOWN_KEYS_MAX = 10_000;
/**
 * Hashes of sources over the limit that come within this time are looked up together: at most 4 rounds a second and
 * isolate.
 */
export const LOOKUP_ROUND_MS = 250;
/** A further hash opens another round: one call of Redis and one statement stay below 150 KB. */
export const LOOKUP_ROUND_MAX_HASHES = 2_000;
/**
 * The time for which keys are looked up in rounds once their address asked for too many unknown ones; the binding's
 * period.
 */
export const UNKNOWN_KEY_BLOCK_MS = MINUTE_MS;
/** Blocked addresses remembered by an isolate; the oldest makes room. */
export const BLOCKED_ADDRESSES_MAX = 10_000;
/** An isolate logs "Redis is away" at most once in this time: a flood of warnings does not help. */
export const DEGRADED_WARNING_INTERVAL_MS = MINUTE_MS;
/** Events that an isolate logs in a second about credentials that it refuses without I/O; the rest it counts. */
export const REFUSALS_LOGGED_PER_S = 10;

// ── People ──────────────────────────────────────────────────────────────────────────────────────────────
const HOUR_S = HOUR_MS / 1_000;
export const SESSION_TTL_S = 30 * 24 * HOUR_S;
/** A session notes its use once in this time, so the last-seen time in Settings may be that old. */
export const SESSION_SEEN_EVERY_MS = HOUR_MS;
/** A session in which the password was last given longer ago generates no key and deletes no account. */
export const REAUTHENTICATE_AFTER_MS = 12 * HOUR_MS;
/** A person without a password may delete the account if they signed in with Google within this time. */
export const FRESH_SIGN_IN_MS = 10 * MINUTE_MS;
/** Grace period: signing in within it undoes the deletion of an account. */
export const DELETION_GRACE_MS = 7 * DAY_MS;
/** When the username of a deleted account is free again, counted from when its deletion was asked for. */
export const USERNAME_FREE_AFTER_MS = 30 * DAY_MS;
/** Deleted accounts that one run of the sweep works on. */
export const PURGED_ACCOUNTS_BATCH = 20;
/** Rows of one statement of a download: some 200 KB of Jes. */
export const EXPORT_PAGE_ROWS = 500;
/** Sessions of the list in Settings, the newest; "end all others" ends those beyond it, too. */
export const SESSIONS_SHOWN = 100;
/** The characters of the `User-Agent` that a session keeps; it names the browser within the first hundred. */
export const USER_AGENT_MAX_CHARACTERS = 500;
/** NIST SP 800-63B: only the length counts. The upper bound keeps scrypt from being fed megabytes. */
export const PASSWORD_MIN_CHARACTERS = 8;
export const PASSWORD_MAX_CHARACTERS = 128;
export const NAME_MAX_CHARACTERS = 50;
export const USERNAME_MIN_CHARACTERS = 3;
export const USERNAME_MAX_CHARACTERS = 30;
/** RFC 5321 section 4.5.3.1.3: a path is at most 256 octets, its angle brackets included. */
export const EMAIL_MAX_CHARACTERS = 254;
/** An account without a credential that is older than this is an abandoned sign-up; a running one takes less. */
export const ABANDONED_SIGN_UP_S = 15;
/** Life of a link in a mail. */
export const MAILED_LINK_TTL_MS = HOUR_MS;
/** A browser stays known as long as browsers keep a cookie at most: 400 days. */
export const KNOWN_BROWSER_TTL_S = 400 * 24 * HOUR_S;
/** Accounts that one browser is known to; a family's computer has a few. */
export const KNOWN_ACCOUNTS_PER_BROWSER = 5;
/** A mail is sent after the response, or the person waits no longer than this. */
export const MAIL_TIMEOUT_MS = 5 * SECOND_MS;

/** The attempts of one subject in a sliding window. Without Redis the Workers binding counts: 20 a minute. */
export interface ThrottleRule {
  readonly name: string;
  readonly attempts: number;
  readonly windowS: number;
}
export const THROTTLES = {
  /** High enough for an office behind one address, too low for a list of stolen passwords. */
  signInAddress: { name: 'sign-in:address', attempts: 30, windowS: 900 },
  /** Guessing one person's password from everywhere: 40 failures an hour. A sign-in that succeeds clears the count. */
  signInAccount: { name: 'sign-in:account', attempts: 10, windowS: 900 },
  /** The same in a browser that signed in to this account before: strangers cannot use up this window. */
  signInBrowser: { name: 'sign-in:browser', attempts: 10, windowS: 900 },
  signUpAddress: { name: 'sign-up:address', attempts: 20, windowS: HOUR_S },
  /** Sign-ups with one email address: each reveals whether the address is taken. */
  signUpAccount: { name: 'sign-up:account', attempts: 10, windowS: HOUR_S },
  /** Mails to one person that visitors can request, and requests from one address. */
  mailAccount: { name: 'mail:account', attempts: 5, windowS: HOUR_S },
  mailAddress: { name: 'mail:address', attempts: 20, windowS: HOUR_S },
  /** The same in a browser that signed in to this account before. */
  mailBrowser: { name: 'mail:browser', attempts: 5, windowS: HOUR_S },
  /** Mails that confirm an address, requested by the signed-in person. */
  verificationMail: { name: 'mail:verification', attempts: 5, windowS: HOUR_S },
  /** Tokens tried. */
  tokenAddress: { name: 'token:address', attempts: 30, windowS: HOUR_S },
  /** Attempts of a signed-in person to give the password again. */
  passwordSession: { name: 'password:session', attempts: 10, windowS: 900 },
  /** Downloads of one's data: each reads all of it. */
  exportAccount: { name: 'export:account', attempts: 5, windowS: 24 * HOUR_S },
  /**
   * Writes of one account by a signed-in person, and those of them that create a Jes or JesClip (contract section 6).
   */
  personWrites: { name: 'person:writes', attempts: 120, windowS: 60 },
  personJes: { name: 'person:jes', attempts: 30, windowS: 60 },
  /** Keys generated by one account, and revoked again. */
  newKeyAccount: { name: 'new-key:account', attempts: 30, windowS: HOUR_S },
  /** Tests, redeliveries and replays of one endpoint. */
  webhookSends: { name: 'webhook-sends', attempts: 10, windowS: 60 },
} as const satisfies Record<string, ThrottleRule>;

// ── Pages of a key ──────────────────────────────────────────────────────────────────────────────────────
/** The time that a new key waits, encrypted, for the page that shows it once. */
export const KEY_REVEAL_TTL_MS = 10 * MINUTE_MS;
/** The newest events of a key on its page, and on each page of its history. */
export const AUDIT_EVENTS_SHOWN = 10;
export const HISTORY_PAGE = 50;
/**
 * Rows of one key and UTC day about addresses, new or refused. Further blocks are counted in one row for each of the
 * two.
 */
export const AUDIT_ADDRESSES_PER_DAY = 50;
/** Refusals of addresses are counted by an isolate for this time, then written together. */
export const AUDIT_ROUND_MS = 250;
/** Keys of a list, unless its caller wants fewer or more. */
export const KEYS_PER_PAGE = 50;
export const KEYS_PER_PAGE_MAX = 100;
/** A key that ended before this time is deleted once nothing refers to it. */
export const ENDED_KEY_KEPT_MS = 365 * DAY_MS;
/** Ended keys that one run of the sweep looks at. */
export const ENDED_KEYS_BATCH = 200;
/** Failed calls of a key that are kept, the newest; an isolate writes as many at once. */
export const FAILURES_PER_KEY = 200;
export const FAILURES_KEPT_MS = 7 * DAY_MS;
/** Failed calls are written at most 20 times a second by an isolate. */
export const FAILURE_ROUND_MIN_MS = 50;
/** A failed call that is written delays the next writing by this time: an isolate writes 200 a second on average. */
export const FAILURE_ROW_MS = 5;
/** Revoked keys that are still tried, on the page of their successor, and the addresses of each. */
export const KNOCKING_SHOWN = 5;
export const FAILURES_PER_PAGE = 50;
export const FAILURES_PER_PAGE_MAX = 100;
/** Audit events that an isolate knows it has written; the oldest makes room, and the row itself is unique. */
export const ISOLATE_AUDIT_EVENTS_MAX = 10_000;

// ── Sweep ───────────────────────────────────────────────────────────────────────────────────────────────
/** Time of one cron run for one task whose batches are full. */
export const SWEEP_TASK_BUDGET_MS = 5 * SECOND_MS;
/** Revocations in one request to Redis: at most 200 records, about 150 KB. */
export const SWEEP_BATCH = 200;
/** The greatest age of the last use of a key in Neon. Redis has it to the second, and forgets it after 32 days. */
export const USE_NOTED_EVERY_MS = HOUR_MS;
/** The same for the first use of a key on its first day. */
export const FIRST_USE_NOTED_WITHIN_MS = 3 * MINUTE_MS;
/** Keys whose last use is noted at once. */
export const USE_NOTED_BATCH = 200;
/** Rows of a deleted Jes that one statement removes from each table. */
export const DELETE_BATCH = 1_000;
/** Rows that one statement of the retention table deletes: some 10 ms of Postgres. */
export const RETENTION_BATCH = 5_000;
/** Time of one cron run for one table. A backlog of millions of rows shrinks over some runs, and the log shows it. */
export const RETENTION_BUDGET_MS = 5 * SECOND_MS;
/** Polling reaches back 30 days (contract section 10); deliveries and their log stay as long. */
export const OUTBOX_KEPT_MS = 30 * DAY_MS;
export const DELIVERIES_KEPT_MS = 30 * DAY_MS;
/** Limits need today's row only; a week of rows shows the use of each account. */
export const DAILY_USAGE_KEPT_MS = 7 * DAY_MS;
/** The time that an audit log goes back. */
export const AUDIT_LOG_KEPT_MS = 365 * DAY_MS;

// ── Requests ────────────────────────────────────────────────────────────────────────────────────────────
/** A body of which nothing arrives for this time is given up. */
export const BODY_STALL_MS = 8 * SECOND_MS;
/** A body must arrive at this rate on average, a slow phone's, once the first seconds are over. */
export const BODY_MIN_BYTES_PER_S = 16 * 1_024;
export const BODY_GRACE_MS = 10 * SECOND_MS;
/**
 * The time within which a whole body must arrive: far below {@link ORPHAN_AGE_MS}, so the sweep never deletes files of
 * a running upload.
 */
export const BODY_DEADLINE_MS = 30 * MINUTE_MS;
/** The time that a copy of the OpenAPI document is good without asking: it changes with deployments. */
export const DESCRIPTION_CACHED_S = 300;
/**
 * A JSON body. 5,000 characters of content, each at worst escaped as a surrogate pair (12 bytes), are
 * 60,000 bytes; the rest is room for the other fields.
 */
export const JSON_BODY_MAX_BYTES = 128 * 1024;
/**
 * Mistakes named in one answer: each of a full allowlist's and of all other fields, and no answer larger than its
 * question.
 */
export const DETAILS_MAX = 100;
/** A form of our pages. The largest holds 50 addresses, percent-encoded. */
export const FORM_BODY_MAX_BYTES = 64 * 1024;
/** [doc] Characters (Unicode code points) of a Jes. */
export const CONTENT_MAX_CHARACTERS = 5_000;
/** A text that describes a file: a long paragraph, for pictures of texts too. */
export const ALT_MAX_CHARACTERS = 1_500;
/** [doc] Of a JesClip's caption. */
export const CAPTION_MAX_CHARACTERS = 2_200;
export const COMMENT_MAX_CHARACTERS = 2_000;
/** Comments of one page. */
export const COMMENTS_PER_PAGE = 20;
export const COMMENTS_PER_PAGE_MAX = 100;
/** Hashtags, and mentions, that are detected in one content; the rest is plain text. */
export const ENTITIES_MAX = 30;
/** A longer run of letters after `#` is no hashtag. */
export const HASHTAG_MAX_CHARACTERS = 100;
export const POLL_OPTIONS_MIN = 2;
export const POLL_OPTIONS_MAX = 4;
export const POLL_OPTION_MAX_CHARACTERS = 80;
export const POLL_HOURS_DEFAULT = 24;
/** A week. */
export const POLL_HOURS_MAX = 168;
export const LOCATION_NAME_MAX_CHARACTERS = 100;
export const JEHUB_NAME_MAX_CHARACTERS = 50;
/** The longest URL that browsers and proxies all carry. */
export const URL_MAX_CHARACTERS = 2_048;
