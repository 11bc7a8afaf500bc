import apiKeys from './chapters/api-keys.md?raw';
import changelog from './chapters/changelog.md?raw';
import conventions from './chapters/conventions.md?raw';
import errors from './chapters/errors.md?raw';
import idempotency from './chapters/idempotency.md?raw';
import limits from './chapters/limits.md?raw';
import manyUsers from './chapters/many-users.md?raw';
import media from './chapters/media.md?raw';
import quickstart from './chapters/quickstart.md?raw';
import rotating from './chapters/rotating.md?raw';
import start from './chapters/start.md?raw';
import storing from './chapters/storing.md?raw';
import webhooks from './chapters/webhooks.md?raw';

/** A chapter of the guide. */
export interface Chapter {
  /** Its address. */
  readonly path: string;
  readonly title: string;
  /** Its content in one line. */
  readonly summary: string;
  /** Markdown with blocks (`blocks.ts`) in it. */
  readonly source: string;
  /** The fragment of `/docs` that led here while the reference was one page. */
  readonly formerly: string;
}

const chapter = (slug: string, source: string, summary: string, formerly = ''): Chapter => ({
  path: `/docs/${slug}`,
  title: source.slice(2, source.indexOf('\n')),
  summary,
  source,
  formerly,
});

/** The first chapter. */
export const START: Chapter = { ...chapter('', start, 'What the API is, and what there is to read.'), path: '/docs' };

/** The guide, in the order in which it is read. */
export const CHAPTERS: readonly Chapter[] = [
  chapter('quickstart', quickstart, 'A key and the first Jes, in three steps.', 'quickstart'),
  chapter('api-keys', apiKeys, 'What a key is, what it may do and where it works.', 'keys'),
  chapter('storing', storing, 'Where a key belongs, and how to encrypt many.'),
  chapter('rotating', rotating, 'Replace a key without a failed request.'),
  chapter('many-users', manyUsers, 'One service, a key of each person.'),
  chapter('errors', errors, 'Each code with its cause, an example and what to do.', 'errors'),
  chapter('limits', limits, 'How much, how often, and how to wait.', 'limits'),
  chapter('idempotency', idempotency, 'Repeat a write that happens once.', 'idempotency'),
  chapter('media', media, 'Upload pictures and videos, with texts that describe them.', 'media'),
  chapter('webhooks', webhooks, 'Receive what happens, verified.', 'webhooks'),
  chapter('conventions', conventions, 'Formats, versions, pages of lists, who sees what.', 'conventions'),
  chapter('changelog', changelog, 'What changed for callers.'),
];
