import emojis from 'unicode-emoji-json/data-by-emoji.json';
import { describe, expect, test } from 'vitest';
import { findEntities } from '../../src/domain/content/index.ts';

/** Every character there is, but surrogates. */
const CHARACTERS = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

const MEDIAL = [...'·\u0387־׳״་༌‧꙾〃〜゠・～･\u200c\u200d'];
/** Letters, marks and numbers of every script, and the characters that join words. */
const WORD = CHARACTERS.filter((c) => /[\p{XID_Continue}\p{L}\p{M}\p{N}゛゜]/u.test(c) && !MEDIAL.includes(c));
const LETTERS = WORD.filter((c) => /[\p{L}--\p{Default_Ignorable_Code_Point}]/v.test(c));
const [LATIN = [], OTHERS = []] = [true, false].map((isLatin) =>
  LETTERS.filter((c) => /\p{Script=Latin}/u.test(c) === isLatin),
);

/** In contents of as many as are found in one; the answers of those that are wrong. */
function wrong(
  characters: readonly string[],
  write: (character: string, i: number) => string,
  find: (content: string) => readonly string[],
  expected: (character: string, i: number) => readonly string[],
): unknown[] {
  const found: unknown[] = [];
  for (let start = 0; start < characters.length; start += 30) {
    const batch = characters.slice(start, start + 30);
    const answer = find(batch.map((c, i) => write(c, i)).join('\n'));
    const wanted = batch.flatMap((c, i) => expected(c, i));
    if (answer.join('\n') !== wanted.join('\n')) found.push({ wanted, answer });
  }
  return found.slice(0, 3);
}

const hashtags = (content: string) => findEntities(content).hashtags;
const usernames = (content: string) => findEntities(content).usernames;

test('the characters are those of all scripts', () => {
  expect(WORD.length).toBeGreaterThan(140_000);
  expect(LATIN.length).toBeGreaterThan(1_300);
  expect(OTHERS.length).toBeGreaterThan(130_000);
});

describe('a hashtag', () => {
  test('holds every letter, mark and number', () => {
    const tag = (c: string, i: number) => `x${i}z${c}y`;
    expect(
      wrong(
        WORD,
        (c, i) => `#${tag(c, i)}`,
        hashtags,
        (c, i) => [tag(c, i)],
      ),
    ).toEqual([]);
  });

  test('begins and ends with a letter of any script', () => {
    const tag = (c: string, i: number) => `${c}_${i}${c}`;
    expect(
      wrong(
        LETTERS,
        (c, i) => `#${tag(c, i)}`,
        hashtags,
        (c, i) => [tag(c, i)],
      ),
    ).toEqual([]);
  });

  test('holds the punctuation of words between letters of any script, and does not end with it', () => {
    for (const point of MEDIAL) {
      const some = LETTERS.filter((_, i) => i % 101 === 0);
      const tag = (c: string, i: number) => `${c}${point}${i}x`;
      expect(
        wrong(
          some,
          (c, i) => `#${tag(c, i)}${point}`,
          hashtags,
          (c, i) => [tag(c, i)],
        ),
      ).toEqual([]);
    }
  });

  test('ends at every other character', () => {
    const others = new Set([...WORD, ...MEDIAL]);
    const ends = CHARACTERS.filter((c) => !others.has(c) && !/[.@:/]|\p{Cn}|\p{Co}/u.test(c));
    expect(ends.length).toBeGreaterThan(8_000);
    expect(
      wrong(
        ends,
        (c, i) => `#x${i}${c}y`,
        hashtags,
        (_, i) => [`x${i}`],
      ),
    ).toEqual([]);
  });

  test('does not begin behind a letter or number of any script', () => {
    const before = WORD.filter((c) => !/\p{M}/u.test(c));
    expect(
      wrong(
        before,
        (c, i) => `${c}#x${i}`,
        hashtags,
        () => [],
      ),
    ).toEqual([]);
  });
});

describe('a mention', () => {
  test('may stand between letters of any script but Latin', () => {
    expect(
      wrong(
        OTHERS,
        (c, i) => `${c}@ada_${i}${c}`,
        usernames,
        (_, i) => [`ada_${i}`],
      ),
    ).toEqual([]);
  });

  test('does not touch a Latin letter', () => {
    expect(
      wrong(
        LATIN,
        (c, i) => `${c}@ada_${i}`,
        usernames,
        () => [],
      ),
    ).toEqual([]);
    expect(
      wrong(
        LATIN,
        (c, i) => `@ada_${i}${c}`.padEnd(60, 'x'),
        usernames,
        () => [],
      ),
    ).toEqual([]);
    const accented = LATIN.filter((c) => !/[a-z]/i.test(c));
    expect(
      wrong(
        accented,
        (c, i) => `@ada_${i}${c}`,
        usernames,
        () => [],
      ),
    ).toEqual([]);
  });
});

/** Every emoji of Unicode 17, in each skin tone, and as senders write them without selectors. */
const EMOJI = Object.keys(emojis).flatMap((emoji) => {
  const toned = [...'🏻🏼🏽🏾🏿'].flatMap((tone) => [
    emoji.replace(/\p{Emoji_Modifier_Base}\ufe0f?/u, (base) => base.replace('\ufe0f', '') + tone),
    emoji.replaceAll(/\p{Emoji_Modifier_Base}\ufe0f?/gu, (base) => base.replace('\ufe0f', '') + tone),
  ]);
  const all = [emoji, ...toned.filter((one) => /^\p{RGI_Emoji}$/v.test(one))];
  return [...new Set(all.flatMap((one) => [one, one.replaceAll('\ufe0f', '')]))];
});

describe('behind, before and between emoji', () => {
  test('which are all of them', () => {
    expect(EMOJI.filter((emoji) => /^\p{RGI_Emoji}$/v.test(emoji)).length).toBeGreaterThan(3_500);
    expect(EMOJI).toEqual(expect.arrayContaining(['#️⃣', '1⃣', '❤️', '❤', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🇫🇷', '👩🏽‍❤️‍💋‍👩🏽', '🧑🏿‍🦰']));
  });

  // `ℹ` without a selector is a letter, which continues the word.
  const drawn = EMOJI.filter((emoji) => emoji !== 'ℹ');

  test('hashtags are found, and hold no emoji', () => {
    expect(
      wrong(
        drawn,
        (e, i) => `${e}#x${i}${e}`,
        hashtags,
        (_, i) => [`x${i}`],
      ),
    ).toEqual([]);
    expect(
      wrong(
        drawn,
        (e) => `#${e} ＃${e}`,
        hashtags,
        () => [],
      ),
    ).toEqual([]);
  });

  test('mentions are found', () => {
    expect(
      wrong(
        drawn,
        (e, i) => `${e}@ada_${i}${e}`,
        usernames,
        (_, i) => [`ada_${i}`],
      ),
    ).toEqual([]);
  });
});
