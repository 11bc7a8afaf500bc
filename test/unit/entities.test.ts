import fc from 'fast-check';
import { tokenize } from 'linkifyjs';
import { describe, expect, test } from 'vitest';
import { mayLink } from '../../src/domain/content/entities.ts';
import { findEntities } from '../../src/domain/content/index.ts';
import { isPublicUrl } from '../../src/domain/public-url.ts';

describe('hashtags', () => {
  test.each([
    ['#cats and #Dogs', ['cats', 'Dogs']],
    [
      '#café #日本語 #Ελλάδα #हिन्दी #العربية #жук #a\u0308b',
      ['café', '日本語', 'Ελλάδα', 'हिन्दी', 'العربية', 'жук', 'a\u0308b'],
    ],
    ['＃全角 (#brackets), "#quotes"! #end.', ['全角', 'brackets', 'quotes', 'end']],
    ['#snake_case #with-dash #a1 #1a', ['snake_case', 'with', 'a1', '1a']],
    ['#Twice #twice #TWICE #cafe\u0301 #caf\u00e9', ['Twice', 'cafe\u0301']],
    ['#1 #2026 #_ # #! ##double a#b &#169; x&#x', []],
    ['https://example.com/#frag http://example.com?x=#y example.com/#z', []],
    ['ada#tag@example.com', []],
    [
      '❤️#coffee ☀️#sun 👩‍💻#code 🏴󠁧󠁢󠁳󠁣󠁴󠁿#scots 🇫🇷#fr 👍🏽#yes 1️⃣#one #️⃣#hash',
      ['coffee', 'sun', 'code', 'scots', 'fr', 'yes', 'one', 'hash'],
    ],
    ['#️⃣ #⃣ #️⃣coffee #️coffee #︎coffee ＃⃣coffee', []],
    ['#coffee❤️ #tea☕ #top1️⃣ #code👩‍💻 #infoℹ️ #☕ #1️⃣', ['coffee', 'tea', 'top', 'code', 'info']],
    [
      '#col·lecció #スター・ウォーズ #ｽﾀｰ･ｳｫｰｽﾞ #תנ״ך #ז׳בוטינסקי #בית־ספר #བོད་ཡིག #می‌خواهم #ශ්‍රී',
      ['col·lecció', 'スター・ウォーズ', 'ｽﾀｰ･ｳｫｰｽﾞ', 'תנ״ך', 'ז׳בוטינסקי', 'בית־ספר', 'བོད་ཡིག', 'می‌خواهم', 'ශ්‍රී'],
    ],
    ['#·x #・x #a· #b・ #c་། #d\u200c #e··f #g\u200c\u200dh', ['a', 'b', 'c', 'd', 'e', 'g\u200c\u200dh']],
    ['・#タグ ・＃タグ２ ﹟small', ['タグ', 'タグ２', 'small']],
    ['é#a я#b ५#c _#d a\u0301#e 日#f ＿#g', []],
    ["#ada's #l’été #a-b #a.b #a:b", ['ada', 'l', 'a']],
    ['#ㅤ #\u115f\u1160 #\u034f', []],
    [`#${'x'.repeat(100)}`, ['x'.repeat(100)]],
    [`#${'x'.repeat(101)}`, []],
    [`#${'𞤀'.repeat(100)} #${'𞤀'.repeat(101)}`, ['𞤀'.repeat(100)]],
    ['', []],
  ])('in %j', (content, hashtags) => {
    expect(findEntities(content).hashtags).toEqual(hashtags);
  });

  test('are at most 30', () => {
    const content = Array.from({ length: 40 }, (_, i) => `#tag${i}`).join(' ');
    const { hashtags } = findEntities(content);
    expect([hashtags.length, hashtags[0], hashtags.at(-1)]).toEqual([30, 'tag0', 'tag29']);
  });
});

describe('mentions', () => {
  test.each([
    ['Hi @ada and @Grace_H1!', ['ada', 'grace_h1']],
    ['@ada,@bob (@cyd) .@dan', ['ada', 'bob', 'cyd', 'dan']],
    ['@ada @ADA', ['ada']],
    ['ada@example.com @ada@example.com x@ada @@ada', []],
    ['https://example.com/@ada https://m.example/@bob?x=@cyd', []],
    ['@adaさん 感谢@bob的分享 Спасибо@cyd！ @danने @eve‌ها', ['ada', 'bob', 'cyd', 'dan', 'eve']],
    ['＠ada ﹫bob さん＠cyd', ['ada', 'bob', 'cyd']],
    ['☀️@ada 👩‍💻@bob 1️⃣@cyd 🇫🇷@dan @eve❤️ @fay1️⃣', ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay']],
    ['é@ada e\u0301@ada ａ@ada @ada\u0301 @adaａ ＿@bob', ['bob']],
    ['1@ada _@ada x＠ada @ada@bob @ada＠bob', []],
    ['用户@example.com ada@пример.рф r&d.x@example.com', []],
    ['@ab @adaé @é @аda', []],
    [`@${'a'.repeat(31)}`, []],
    [`@${'a'.repeat(30)}`, ['a'.repeat(30)]],
  ])('in %j', (content, usernames) => {
    expect(findEntities(content).usernames).toEqual(usernames);
  });
});

describe('the URL to unfurl', () => {
  test.each([
    ['see https://example.com/a?b=c#d.', 'https://example.com/a?b=c#d'],
    ['see example.com/a', 'https://example.com/a'],
    ['http://example.org then https://example.com', 'https://example.com'],
    ['https://localhost/ https://10.0.0.1/ https://example.com:8443/', null],
    ['ada@example.com', null],
    ['no link', null],
  ])('in %j', (content, url) => {
    expect(findEntities(content).url).toBe(url);
  });

  test.each([
    ['https://example.com', true],
    ['https://EXAMPLE.com:443/x', true],
    ['https://bücher.example.com/', true],
    ['https://пример.рф/', true],
    ['http://example.com', false],
    ['ftp://example.com', false],
    ['javascript:alert(1)', false],
    ['https://example.com:444', false],
    ['https://user@example.com', false],
    ['https://:pw@example.com', false],
    ['https://127.0.0.1', false],
    ['https://2130706433', false],
    ['https://0x7f.1', false],
    ['https://[::1]', false],
    ['https://[::ffff:169.254.169.254]/', false],
    ['https://localhost', false],
    ['https://a.localhost', false],
    ['https://printer.local', false],
    ['https://metadata.google.internal', false],
    ['https://example.com.', false],
    ['https://single', false],
    ['https:///', false],
    [`https://example.com/${'x'.repeat(2_048)}`, false],
    ['not a url', false],
    ['https://example.com/\0', false],
    ['https://example.com/\ud800', false],
    ['https://exam\nple.com/', false],
    [' https://example.com/', false],
    ['https://example.com/🦊', true],
  ])('%j may be asked: %s', (url, expected) => {
    expect(isPublicUrl(url)).toBe(expected);
  });
});

test.each([
  'a.'.repeat(2_500),
  'http://'.repeat(714),
  '@a'.repeat(2_500),
  '#'.repeat(5_000),
  `#${'\u0301'.repeat(4_999)}`,
  `https://example.com/${'('.repeat(4_980)}`,
  `${'x@'.repeat(1_250)}${'#y'.repeat(1_250)}`,
  `${'\u0301'.repeat(2_500)}#${'a\u200d'.repeat(1_000)}`,
  `#a${'\u200d'.repeat(4_990)}`,
  `a${'\ufe0f@'.repeat(2_499)}`,
  '#️⃣'.repeat(1_666),
])('takes little time for any content: %.20s…', (content) => {
  const started = performance.now();
  findEntities(content);
  expect(performance.now() - started).toBeLessThan(1_000);
});

test('no text with a link or an email address is passed over without a look at its words', () => {
  const piece = fc.constantFrom(
    ...'ab1.:@/ \n\t\u00a0\u200b#-_~?=&é日😀\u3002',
    '.com',
    'http',
    'https://',
    'mailto:',
    'localhost',
    'ftp',
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  const isLinked = (one: string) => tokenize(one).some((token) => token.isLink);
  let linked = 0;
  fc.assert(
    fc.property(text, (one) => {
      if (isLinked(one)) linked += 1;
      expect(mayLink(one) || !isLinked(one)).toBe(true);
    }),
    { numRuns: 5_000 },
  );
  expect(linked).toBeGreaterThan(100);
  expect(mayLink('A Jes of ordinary length, as people write them: two lines or so, and a word more.')).toBe(false);
});
