import { tokenize } from 'linkifyjs';
import {
  ENTITIES_MAX,
  HASHTAG_MAX_CHARACTERS,
  USERNAME_MAX_CHARACTERS,
  USERNAME_MIN_CHARACTERS,
} from '../../config/limits.ts';
import { isPublicUrl } from '../public-url.ts';

/** What of a content is more than text. */
export interface Entities {
  /** Without `#`, as they are spelt, each once whatever its case. */
  readonly hashtags: string[];
  /** Without `@`, in lower case, each once; whether there are such accounts the database knows. */
  readonly usernames: string[];
  /** The first that can be unfurled. */
  readonly url: string | null;
}

/** Letters, their marks, digits, the joiners within words of Persian and Indic scripts. */
const WORD = String.raw`\p{L}\p{M}\p{N}_\u200c\u200d`;
/** UAX #31 hashtags, with at least one letter; not `a#b`, not `&#123;`, not `/#x`. */
const HASHTAG = new RegExp(`(?<![${WORD}&#＃@/])[#＃]([${WORD}]+)`, 'gu');
const HAS_LETTER = /\p{L}/u;
/** Usernames are ASCII: `@adaé` names nobody, rather than `ada`. */
const MENTION = new RegExp(
  `(?<![${WORD}@#/])@([A-Za-z0-9_]{${USERNAME_MIN_CHARACTERS},${USERNAME_MAX_CHARACTERS}})(?![${WORD}@])`,
  'gu',
);

/**
 * Hashtags, mentions and the URL of a content (contract section 8). Where URLs and e-mail addresses are, linkifyjs knows;
 * nothing inside them counts. Its own hashtags end at combining marks, so those are ours.
 */
export function findEntities(content: string): Entities {
  // Their place is kept, and no word grows together over them.
  let text = '';
  let url: string | null = null;
  for (const token of tokenize(content)) {
    const value = token.toString();
    if (!token.isLink) {
      text += value;
      continue;
    }
    text += '/'.repeat(value.length);
    const href = token.t === 'url' ? token.toHref('https') : '';
    if (url === null && isPublicUrl(href)) url = href;
  }
  return { hashtags: hashtagsIn(text), usernames: usernamesIn(text), url };
}

function hashtagsIn(text: string): string[] {
  const found = new Map<string, string>();
  for (const [, tag = ''] of text.matchAll(HASHTAG)) {
    const same = tag.normalize('NFC').toLowerCase();
    if (HAS_LETTER.test(tag) && tag.length <= HASHTAG_MAX_CHARACTERS && !found.has(same)) found.set(same, tag);
  }
  return [...found.values()].slice(0, ENTITIES_MAX);
}

function usernamesIn(text: string): string[] {
  const found = new Set<string>();
  for (const [, username = ''] of text.matchAll(MENTION)) found.add(username.toLowerCase());
  return [...found].slice(0, ENTITIES_MAX);
}
