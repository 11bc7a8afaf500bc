import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { keyMails } from '../../data/schema/key-mails.ts';

/** Constant pieces of SQL, never a caller's. */
interface List {
  /** The fields of a row. */
  readonly columns: string;
  readonly from: string;
  /** The column that names the account. */
  readonly owner: string;
  readonly condition?: string;
  /** Columns that an index orders within an account, with their types; together they are unique. */
  readonly order: readonly (readonly [string, 'text' | 'timestamptz'])[];
}

const time = (column: string, name: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "${name}"`;

const media = (column: string, id: string) => `array_to_json(ARRAY(
  SELECT row_to_json(file) FROM (
    SELECT id, mime_type AS "mimeType", object, width, height, size, alt FROM media WHERE media.${column} = ${id} ORDER BY position
  ) file)) AS media`;

const byTime = (table: string, id: string) =>
  [
    [`${table}.created_at`, 'timestamptz'],
    [`${table}.${id}`, 'text'],
  ] as const;

/** The lists of a download, by their names in it. */
export const LISTS: Readonly<Record<string, List>> = {
  signInMethods: {
    columns: `provider, ${time('created_at', 'createdAt')}`,
    from: 'credentials',
    owner: 'account_id',
    order: [['id', 'text']],
  },
  sessions: {
    columns: `id, ip_address AS "address", user_agent AS "userAgent", ${time('created_at', 'createdAt')},
      ${time('last_seen_at', 'lastSeenAt')}, ${time('expires_at', 'expiresAt')}`,
    from: 'sessions',
    owner: 'account_id',
    order: [['id', 'text']],
  },
  apiKeys: {
    columns: `id, label, masked_key AS "maskedKey", scopes, ip_allowlist AS "ipAllowlist", terms_version AS "termsVersion",
      ${time('created_at', 'createdAt')}, ${time('expires_at', 'expiresAt')}, ${time('last_used_at', 'lastUsedAt')},
      last_used_ip AS "lastUsedIp", ${time('revoked_at', 'revokedAt')}, revoked_reason AS "revokedReason", leak_url AS "leakUrl",
      ${time('revoke_at', 'revocationScheduledFor')}, revoke_after_silence AS "revokeAfterSilenceHours"`,
    from: 'api_keys',
    owner: 'account_id',
    order: byTime('api_keys', 'id'),
  },
  apiKeyHistory: {
    columns: `api_key_id AS "apiKeyId", event, address, ${time('at', 'at')}, count, ${time('coalesce(last_at, at)', 'lastAt')}`,
    from: 'api_keys JOIN audit_log ON audit_log.api_key_id = api_keys.id',
    owner: 'account_id',
    order: [
      ['audit_log.api_key_id', 'text'],
      ['audit_log.at', 'timestamptz'],
      ['audit_log.id', 'text'],
    ],
  },
  apiKeyMails: {
    columns: `api_key_id AS "apiKeyId", kind, key_mails.address, ${time('due_at', 'dueAt')}, ${time('sent_at', 'sentAt')}`,
    from: 'api_keys JOIN key_mails ON key_mails.api_key_id = api_keys.id',
    owner: 'account_id',
    order: [
      ['key_mails.api_key_id', 'text'],
      ['key_mails.kind', 'text'],
      [`key_mails.${keyMails.dedupeKey.name}`, 'text'],
    ],
  },
  apiKeyFailures: {
    columns: `key_failures.id AS "requestId", api_key_id AS "apiKeyId", ${time('at', 'at')}, method, path, status, code, address,
      idempotency_key AS "idempotencyKey"`,
    // OFFSET keeps the planner at one look-up for each key.
    from: `api_keys CROSS JOIN LATERAL (
      SELECT * FROM key_failures WHERE api_key_id = api_keys.id OFFSET 0) key_failures`,
    owner: 'account_id',
    order: [
      ['key_failures.api_key_id', 'text'],
      ['key_failures.id', 'text'],
    ],
  },
  webhooks: {
    columns: `webhook_endpoints.id, api_key_id AS "apiKeyId", url, description, array_to_json(events) AS events,
      disabled_reason AS "disabledReason", ${time('webhook_endpoints.created_at', 'createdAt')}`,
    // OFFSET keeps the planner at one look-up for each key.
    from: `api_keys CROSS JOIN LATERAL (
      SELECT * FROM webhook_endpoints WHERE api_key_id = api_keys.id OFFSET 0) webhook_endpoints`,
    owner: 'account_id',
    condition: 'deleted_at IS NULL',
    order: [
      ['webhook_endpoints.api_key_id', 'text'],
      ['webhook_endpoints.id', 'text'],
    ],
  },
  posts: {
    columns: `id, content, visibility, jehub_id AS "jeHubId", location, hashtags, mention_ids AS "mentionIds",
      link_preview AS "linkPreview", bounce_of_id AS "bounceOfId", ${media('post_id', 'posts.id')},
      (SELECT row_to_json(poll) FROM (SELECT multiple, ${time('ends_at', 'endsAt')}, array_to_json(ARRAY(
        SELECT row_to_json(option) FROM (
          SELECT text, vote_count AS votes FROM poll_options WHERE poll_options.post_id = polls.post_id ORDER BY position
        ) option)) AS options FROM polls WHERE polls.post_id = posts.id) poll) AS poll,
      (SELECT label FROM api_keys WHERE api_keys.id = posts.api_key_id) AS via,
      ${time('created_at', 'createdAt')}, ${time('edited_at', 'editedAt')}`,
    from: 'posts',
    owner: 'author_id',
    condition: 'deleted_at IS NULL',
    order: byTime('posts', 'id'),
  },
  jesclips: {
    columns: `id, caption, visibility, hashtags, mention_ids AS "mentionIds", ${media('jesclip_id', 'jesclips.id')},
      (SELECT label FROM api_keys WHERE api_keys.id = jesclips.api_key_id) AS via,
      ${time('created_at', 'createdAt')}, ${time('edited_at', 'editedAt')}`,
    from: 'jesclips',
    owner: 'author_id',
    order: byTime('jesclips', 'id'),
  },
  comments: {
    columns: `id, post_id AS "postId", parent_id AS "parentId", content, ${time('created_at', 'createdAt')}`,
    from: 'comments',
    owner: 'author_id',
    order: [['comments.id', 'text']],
  },
  jesclipComments: {
    columns: `id, jesclip_id AS "jesclipId", parent_id AS "parentId", content, ${time('created_at', 'createdAt')}`,
    from: 'jesclip_comments',
    owner: 'author_id',
    order: [['jesclip_comments.id', 'text']],
  },
  likes: {
    columns: `post_id AS "postId", ${time('created_at', 'createdAt')}`,
    from: 'likes',
    owner: 'account_id',
    order: byTime('likes', 'post_id'),
  },
  saves: {
    columns: `post_id AS "postId", ${time('created_at', 'createdAt')}`,
    from: 'saves',
    owner: 'account_id',
    order: byTime('saves', 'post_id'),
  },
  pollVotes: {
    columns: `poll_votes.post_id AS "postId", text AS option, ${time('voted_at', 'votedAt')}`,
    from: 'poll_votes JOIN poll_options ON poll_options.id = poll_votes.option_id',
    owner: 'account_id',
    order: [
      ['poll_votes.post_id', 'text'],
      ['poll_votes.option_id', 'text'],
    ],
  },
  following: {
    columns: `followee_id AS "accountId", username, ${time('follows.created_at', 'createdAt')}`,
    from: 'follows JOIN accounts ON accounts.id = follows.followee_id',
    owner: 'follower_id',
    order: [['follows.followee_id', 'text']],
  },
  jeHubs: {
    columns: `jehub_id AS id, name, creator_id = account_id AS "isCreator", ${time('joined_at', 'joinedAt')}`,
    from: 'jehub_members JOIN jehubs ON jehubs.id = jehub_members.jehub_id',
    owner: 'account_id',
    order: [['jehub_members.jehub_id', 'text']],
  },
};

/** The account itself. */
export function selectAccount(db: Db, accountId: string) {
  return db.execute<{ body: string }>(sql`
    SELECT row_to_json(account)::text AS body FROM (
      SELECT id, username, email, display_name AS "displayName", avatar, cover_image AS "coverImage", bio, verified,
        email_verified AS "emailVerified", is_private AS "isPrivate", is_creator AS "isCreator",
        total_followers AS "totalFollowers", total_following AS "totalFollowing", total_posts AS "totalPosts",
        ${sql.raw(time('created_at', 'createdAt'))}
      FROM accounts WHERE id = ${accountId}) account`);
}

/** Separates the columns of a position; no id and no time contains it. */
const SEPARATOR = ' / ';

/**
 * The rows of a list after a position, each as JSON with its own position. @param position empty = from the beginning
 */
export function selectPage(db: Db, list: List, accountId: string, position: string, limit: number) {
  const { columns, from, owner, condition, order } = list;
  const names = sql.raw(order.map(([column]) => column).join(', '));
  const parts = position.split(SEPARATOR);
  const after: SQL =
    position === ''
      ? sql`true`
      : sql`(${names}) > (${sql.join(
          order.map(([, type], i) => sql`${parts[i]}::${sql.raw(type)}`),
          sql`, `,
        )})`;
  const positionOf = sql.raw(order.map(([column]) => `${column}::text`).join(` || '${SEPARATOR}' || `));
  return db.execute<{ body: string; position: string }>(sql`
    SELECT ${positionOf} AS position, (SELECT row_to_json(shown) FROM (SELECT ${sql.raw(columns)}) shown)::text AS body
    FROM ${sql.raw(from)}
    WHERE ${sql.raw(owner)} = ${accountId} AND ${sql.raw(condition ?? 'true')} AND ${after}
    ORDER BY ${names} LIMIT ${limit}`);
}
