import type { ErrorCode } from '../../config/errors.ts';
import { ERRORS } from '../../config/errors.ts';
import {
  ACTIVE_KEYS_PER_ACCOUNT,
  ALLOWLIST_MAX_ENTRIES,
  ALT_MAX_CHARACTERS,
  COMMENTS_PER_PAGE,
  COMMENTS_PER_PAGE_MAX,
  CREATIONS_PER_DAY,
  DAILY_LIMITS,
  HOUR_MS,
  IDEMPOTENCY_KEPT_MS,
  IDEMPOTENCY_KEY_MAX_CHARACTERS,
  JSON_BODY_MAX_BYTES,
  LABEL_MAX_CHARACTERS,
  POSTS_PER_MINUTE,
  PREVIEWS_PER_ACCOUNT,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
  SIGNED_URL_TTL_MS,
  THROTTLES,
  UPLOAD_LIMITS,
  WEBHOOK_RETRY_WAITS_MS,
  WEBHOOK_ROTATION_MS,
  WEBHOOKS_PER_KEY,
} from '../../config/limits.ts';
import { SCOPES } from '../../domain/keys/index.ts';
import { grouped } from '../../lib/grouped.ts';
import { MEDIA_TYPES } from '../../lib/media/inspect.ts';
import { TAGS } from '../openapi/operation.ts';
import { exampleOf } from '../openapi/problems.ts';
import { type Api, pathOfOperation } from './api.ts';
import { CHAPTERS, type Chapter } from './chapters.ts';
import { slugOf } from './markdown.tsx';
import { type Call, samplesOf } from './samples.ts';

const MIB = 1_024 * 1_024;
const MINUTE_MS = HOUR_MS / 60;
const { files: FILES, fileBytes: FILE_BYTES } = UPLOAD_LIMITS.apiKey;

/** `an hour`, `5 minutes`. */
function span(ms: number): string {
  const [size, unit] = ms < MINUTE_MS ? [1_000, 'second'] : ms < HOUR_MS ? [MINUTE_MS, 'minute'] : [HOUR_MS, 'hour'];
  const n = ms / size;
  return n === 1 ? `${unit === 'hour' ? 'an' : 'a'} ${unit}` : `${n} ${unit}s`;
}

/** The numbers in chapters, from their definitions: `{{activeKeys}}`. */
const VALUES: Readonly<Record<string, string>> = {
  activeKeys: grouped(ACTIVE_KEYS_PER_ACCOUNT),
  allowlistEntries: grouped(ALLOWLIST_MAX_ENTRIES),
  altCharacters: grouped(ALT_MAX_CHARACTERS),
  commentsPerPage: grouped(COMMENTS_PER_PAGE),
  commentsPerPageMax: grouped(COMMENTS_PER_PAGE_MAX),
  fileMegabytes: grouped(FILE_BYTES / MIB),
  files: grouped(FILES),
  idempotencyCharacters: grouped(IDEMPOTENCY_KEY_MAX_CHARACTERS),
  idempotencyHours: grouped(IDEMPOTENCY_KEPT_MS / HOUR_MS),
  labelCharacters: grouped(LABEL_MAX_CHARACTERS),
  mediaTypes: MEDIA_TYPES.map((type) => `\`${type}\``).join(', '),
  requestsPerMinute: grouped(REQUESTS_PER_MINUTE),
  retryWaits: WEBHOOK_RETRY_WAITS_MS.filter((ms) => ms > 0)
    .map(span)
    .join(', '),
  signedUrlHours: span(SIGNED_URL_TTL_MS),
  webhookRotationHours: grouped(WEBHOOK_ROTATION_MS / HOUR_MS),
  webhooksPerKey: grouped(WEBHOOKS_PER_KEY),
};

const LIMITS: readonly (readonly [what: string, most: number, per: string])[] = [
  ['Requests', REQUESTS_PER_MINUTE, 'key, rolling minute'],
  ['Requests', REQUESTS_PER_DAY, 'key, rolling 24 hours'],
  ['POST /api/posts', POSTS_PER_MINUTE, 'key, rolling minute'],
  ['Jes and JesClips created', CREATIONS_PER_DAY, 'account, UTC day, all its keys together'],
  ['Active keys', ACTIVE_KEYS_PER_ACCOUNT, 'account'],
  ['Webhook endpoints', WEBHOOKS_PER_KEY, 'key'],
  ['Files', FILES, `request, each at most ${FILE_BYTES / MIB} MB`],
  ['JSON body', JSON_BODY_MAX_BYTES, 'bytes, request'],
  ['Links fetched for previews', PREVIEWS_PER_ACCOUNT, 'account, hour; each URL once an hour'],
  ['Writes by a signed-in person', THROTTLES.personWrites.attempts, 'account, rolling minute'],
  ['New Jes and JesClips by a signed-in person', THROTTLES.personJes.attempts, 'account, rolling minute'],
  ['New Jes and JesClips by a signed-in person', DAILY_LIMITS.jes.limit, 'account, UTC day'],
  ['New JeHubs', DAILY_LIMITS.jehubs.limit, 'account, UTC day'],
  ['Follows', DAILY_LIMITS.follows.limit, 'account, UTC day'],
  ['Files by a signed-in person', DAILY_LIMITS.uploads.limit, 'account, UTC day, 2 GiB together'],
  ['Keys generated', DAILY_LIMITS.keys.limit, 'account, UTC day'],
];

/** The calls that chapters show in every language: `{{samples me}}`. */
const CALLS: Readonly<Record<string, Omit<Call, 'url'>>> = {
  me: { method: 'GET', pattern: '/api/auth/me' },
  firstPost: { method: 'POST', pattern: '/api/posts', json: { content: 'Hello from my service' } },
  idempotent: {
    method: 'POST',
    pattern: '/api/posts',
    json: { content: 'Order 4711 is on its way' },
    idempotencyKey: 'order-4711-shipped',
  },
  media: {
    method: 'POST',
    pattern: '/api/posts',
    form: [
      ['content', 'Seen this morning'],
      ['media', '@fox.jpg'],
      ['alt', 'A fox asleep on a garden wall'],
    ],
  },
};

type Block = (argument: string, api: Api, apiOrigin: string) => string;

/** The parts of chapters that are generated from the running code, as Markdown. */
const BLOCKS: Readonly<Record<string, Block>> = {
  chapters: () =>
    lines(CHAPTERS.map(({ path, title, summary, formerly }) => `- [${title}](${path}): ${summary} {#${formerly}}`)),
  errorLinks: () =>
    lines(
      Object.entries(ERRORS).map(
        ([code, { status, title }]) => `- [\`${code}\`](/docs/errors#${code}): ${status} ${title} {#error-${code}}`,
      ),
    ),
  operations: (_, api) => callList(api, '###'),
  limits: () =>
    lines([
      '| What | At most | Per |',
      '|---|---|---|',
      ...LIMITS.map(([what, most, per]) => `| ${what} | ${grouped(most)} | ${per} |`),
    ]),
  scopes: (_, api) =>
    Object.entries(SCOPES)
      .map(([scope, sentence]) => {
        const grants = api.entries.filter(({ endpoint }) => endpoint.access === 'caller' && endpoint.scope === scope);
        const calls = grants.map(
          ({ endpoint, path }) => `- [\`${endpoint.method} ${path}\`](${pathOfOperation(endpoint)})`,
        );
        return [`### \`${scope}\` {#scope-${scope}}`, sentence, ...(calls.length > 0 ? [lines(calls)] : [])].join(
          '\n\n',
        );
      })
      .join('\n\n'),
  error: (code) => `### \`${code}\` {#${code}}\n\n${errorExample(code)}`,
  example: errorExample,
  samples(name, _, apiOrigin) {
    const call = CALLS[name];
    if (!call) throw new Error(`No call is named ${name}`);
    return fences({ ...call, url: apiOrigin + call.pattern }, apiOrigin);
  },
};

/** All calls by tag, each with the name that it had on the one page of before. @param rank the marks of a heading */
export function callList(api: Api, rank: '##' | '###'): string {
  return Object.entries(TAGS)
    .map(([tag, description]) => {
      const calls = api.entries
        .filter(({ operation }) => operation.tag === tag)
        .map(({ endpoint, operation, path }) => {
          const link = `[${operation.summary}](${pathOfOperation(endpoint)})`;
          return `- ${link} \`${endpoint.method} ${path}\` {#op-${endpoint.operationId}}`;
        });
      return `${rank} ${tag} {#tag-${slugOf(tag)}}\n\n${description}\n\n${lines(calls)}`;
    })
    .join('\n\n');
}

const lines = (all: readonly string[]) => all.join('\n').replaceAll(' {#}', '');

function errorExample(name: string): string {
  const code = name as ErrorCode;
  return fence('json', String(ERRORS[code].status), JSON.stringify(exampleOf(code).value, null, 2));
}

export const fence = (language: string, title: string, code: string): string =>
  `\`\`\`${language} ${title}\n${code}\n\`\`\``;

const LANGUAGES: Readonly<Record<string, string>> = { curl: 'bash', Node: 'js', TypeScript: 'ts' };

/** A call in every language, as code blocks in a row. */
export const fences = (call: Call, apiOrigin: string): string =>
  samplesOf(call, apiOrigin)
    .map(({ title, code }) => fence(LANGUAGES[title] ?? title.toLowerCase(), title, code))
    .join('\n\n');

/** A chapter as Markdown, its blocks and values filled in. @throws Error if it has one that does not exist */
export function writeChapter({ source }: Chapter, api: Api, apiOrigin: string): string {
  return source.replaceAll(/\{\{(\w+) ?([\w.]*)\}\}/g, (_, name: string, argument: string) => {
    const text = name === 'apiOrigin' ? apiOrigin : (VALUES[name] ?? BLOCKS[name]?.(argument, api, apiOrigin));
    if (text === undefined) throw new Error(`Chapters have no block ${name}`);
    return text;
  });
}
