import { describe, expect, test } from 'vitest';
import { hasVisibleText, humanLine, humanText } from '../../src/domain/text.ts';

describe('a text shows nothing', () => {
  test.each([
    ['which is empty', ''],
    ['of white space', ' \t\r\n\v\f\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'],
    ['of controls', '\0\u0007\u001b\u007f\u0085\u009f'],
    ['of zero widths and joiners', '\u200b\u200c\u200d\u2060\u00ad\u034f\u180e'],
    ['of bidi controls', '\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u206a\u206f'],
    ['of invisible operators', '\u2061\u2062\u2063\u2064'],
    ['of variation selectors', '\ufe00\ufe0e\ufe0f\u180b\u180f\u{e0100}\u{e01ef}'],
    ['of tags', '\u{e0001}\u{e0041}\u{e007f}'],
    ['of Hangul fillers', '\u115f\u1160\u3164\uffa0'],
    ['of blanks of other scripts', '\u2800\u17b4\u17b5\u{16fe4}\u{1d159}\u{1d173}\u{13441}\u{13442}'],
    ['of annotations and layout controls', '\ufff9\ufffa\ufffb\u{13430}\u{1343f}'],
    ['of noncharacters', '\ufdd0\uffff\u{10ffff}'],
    ['of marks without a base', '\u0301\u20dd\u20e3\u05b4\u064b'],
  ])('%s', (_, text) => {
    expect(hasVisibleText(text)).toBe(false);
    for (const character of text) expect(hasVisibleText(character)).toBe(false);
    expect(hasVisibleText(`${text}x`)).toBe(true);
  });
});

test.each([
  'a',
  '.',
  '界',
  'e\u0301',
  '❤️',
  '1️⃣',
  '🇫',
  '\u093f',
  '⠁',
  '\ufffd',
  '\ue000',
  '\u{1fbff}',
  '\u0600',
])('%j shows something', (text) => {
  expect(hasVisibleText(text)).toBe(true);
});

test('a line loses the white space around it, other text keeps it; both are limited in code points', () => {
  expect(humanLine(1, 3).parse(' \n🦊 b\u00a0')).toBe('🦊 b');
  expect(humanText(1, 3).parse(' 🦊\n')).toBe(' 🦊\n');
  expect(humanText(1, 3).safeParse(' 🦊b\n').success).toBe(false);
});
