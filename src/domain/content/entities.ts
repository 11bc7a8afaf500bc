import { tokenize } from 'linkifyjs';
import {
  ENTITIES_MAX,
  HASHTAG_MAX_CHARACTERS,
  USERNAME_MAX_CHARACTERS,
  USERNAME_MIN_CHARACTERS,
} from '../../config/limits.ts';
import { isPublicUrl } from '../public-url.ts';
import { countCharacters } from '../text.ts';

/** Hashtags, mentions and the link of a content. */
export interface Entities {
  /** Without `#`, as they are spelt, each once whatever its case. */
  readonly hashtags: string[];
  /** Without `@`, in lower case, each once. The database knows which of them are accounts. */
  readonly usernames: string[];
  /** The first that can be unfurled. */
  readonly url: string | null;
}

/** `#` with its small and full-width forms (UAX31-R8). */
const HASH = '#﹟＃';
const AT = '@﹫＠';

/**
 * Punctuation that belongs to a word between two of its characters: UAX #31 table 3a without hyphens, dots and
 * apostrophes, and what twitter-text adds. Middle dots, Hebrew maqaf, geresh and gershayim, Tibetan tsheg, hyphenation
 * point, kavyka, ditto mark, wave dashes, Katakana double hyphen and middle dots.
 */
const MEDIAL = '\u00b7\u0387\u05be\u05f3\u05f4\u0f0b\u0f0c\u2027\ua67e\u3003\u301c\u30a0\u30fb\uff5e\uff65';
/** Joiners of Persian and Indic words; they may follow each other. */
const JOINERS = '\u200c\u200d';
/** Letters, marks, numbers, underscores, and the spacing voicing marks of Kana. */
const WORD = String.raw`[[\p{XID_Continue}\p{L}\p{M}\p{N}\u309b\u309c]--[${MEDIAL}${JOINERS}]]`;

/**
 * UAX #31 hashtag identifiers. None begins after a letter, digit or underscore, nor in `&#123;`, `/#x` and `##x`. A `#`
 * that bears an enclosing mark or an invisible character is no hash sign.
 */
const HASHTAG = new RegExp(
  String.raw`(?<![[${WORD}--\p{M}]&${HASH}${AT}\/][\p{M}${JOINERS}]*)[${HASH}]` +
    String.raw`(?![\p{Me}\p{Default_Ignorable_Code_Point}])(${WORD}+(?:(?:[${MEDIAL}]|[${JOINERS}]+)${WORD}+)*)`,
  'gv',
);
const HAS_LETTER = /[\p{L}--\p{Default_Ignorable_Code_Point}]/v;

/**
 * A username is ASCII. Letters of another script may stand on both sides of a mention. A Latin letter, or a mark on
 * one, makes another word of it: `@adaé` and `é@ada` mention no account, rather than `ada`. So does a username that is
 * too long.
 */
const MARK = String.raw`[\p{M}&&\p{Script=Inherited}]`;
const MENTION = new RegExp(
  String.raw`(?<![\p{Script=Latin}0-9_${AT}${HASH}\/]${MARK}*)[${AT}]` +
    `([A-Za-z0-9_]{${USERNAME_MIN_CHARACTERS},${USERNAME_MAX_CHARACTERS}})` +
    String.raw`(?![\p{Script=Latin}0-9_${AT}]|${MARK})`,
  'gv',
);

/**
 * A character of an emoji with its selectors, skin tones, tags, joiners and keycap (UTS #51): each part of a sequence.
 */
const EMOJI = new RegExp(
  String.raw`(?:[[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]--\p{L}]` +
    String.raw`|[0-9#*](?=[\ufe0e\ufe0f]?\u20e3)|\u2139(?=[\ufe0e\ufe0f]))` +
    String.raw`[\p{Emoji_Modifier}\ufe0e\ufe0f\u20e3\u{e0020}-\u{e007f}\u200d]*`,
  'gv',
);

/**
 * Hashtags, mentions and the URL of a content (contract section 8). Where URLs and email addresses are, linkifyjs
 * knows; nothing inside them counts. Its own hashtags end at combining marks, so those are ours.
 */
export function findEntities(content: string): Entities {
  const { text, links } = masked(content);
  const url = links.find(({ href }) => isPublicUrl(href))?.href ?? null;
  return { hashtags: hashtagsIn(text), usernames: usernamesIn(text), url };
}

/** A part of a content: words, or what stands for something else. */
export interface Segment {
  readonly kind: 'text' | 'url' | 'hashtag' | 'mention';
  /** As it stands in the content. */
  readonly text: string;
  /** The address of a URL, or a username in lower case. */
  readonly target?: string;
}

/** A content cut at its URLs, hashtags and mentions; the texts joined are the content. */
export function segmentsOf(content: string): Segment[] {
  const { text, links } = masked(content);
  const found: (Segment & { readonly at: number })[] = [
    ...links
      .filter(({ href }) => /^https?:/i.test(href))
      .map(({ at, value, href }) => ({ kind: 'url' as const, at, text: value, target: href })),
    ...[...text.matchAll(HASHTAG)]
      .filter(([, tag = '']) => isTag(tag))
      .map((match) => ({ kind: 'hashtag' as const, at: match.index, text: match[0] })),
    ...[...text.matchAll(MENTION)].map((match) => ({
      kind: 'mention' as const,
      at: match.index,
      text: match[0],
      target: match[1]?.toLowerCase() ?? '',
    })),
  ].sort((a, b) => a.at - b.at);
  const segments: Segment[] = [];
  let end = 0;
  for (const { at, ...segment } of found) {
    if (at > end) segments.push({ kind: 'text', text: content.slice(end, at) });
    segments.push(segment);
    end = at + segment.text.length;
  }
  if (end < content.length) segments.push({ kind: 'text', text: content.slice(end) });
  return segments;
}

/**
 * False where a text has neither a link nor an email address. Each has a dot, a colon or an `@` between two characters,
 * but for `localhost`. Most contents have none, and linkifyjs would walk them for 50 µs and more.
 */
export function mayLink(text: string): boolean {
  return /\S[.:@]\S|localhost/i.test(text);
}

/**
 * A content with its links, email addresses and emoji blanked: each keeps its place, and no word grows together over
 * them.
 */
function masked(content: string) {
  const tokens = mayLink(content) ? tokenize(content) : [];
  let text = tokens.length > 0 ? '' : content;
  const links: { readonly at: number; readonly value: string; readonly href: string }[] = [];
  for (const token of tokens) {
    const value = token.toString();
    if (token.isLink && token.t === 'url') links.push({ at: text.length, value, href: token.toHref('https') });
    text += token.isLink ? '/'.repeat(value.length) : value;
  }
  return { text: text.replace(EMOJI, (emoji) => ' '.repeat(emoji.length)), links };
}

const isTag = (tag: string) => HAS_LETTER.test(tag) && countCharacters(tag) <= HASHTAG_MAX_CHARACTERS;

function hashtagsIn(text: string): string[] {
  const found = new Map<string, string>();
  for (const [, tag = ''] of text.matchAll(HASHTAG)) {
    const same = tag.normalize('NFC').toLowerCase();
    if (isTag(tag) && !found.has(same)) found.set(same, tag);
  }
  return [...found.values()].slice(0, ENTITIES_MAX);
}

function usernamesIn(text: string): string[] {
  const found = new Set<string>();
  for (const [, username = ''] of text.matchAll(MENTION)) found.add(username.toLowerCase());
  return [...found].slice(0, ENTITIES_MAX);
}
