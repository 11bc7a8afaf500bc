import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findEntities, segmentsOf } from '../../src/domain/content/index.ts';

const kindsOf = (content: string) => segmentsOf(content).map(({ kind, text }) => [kind, text]);

test('a content is cut at its URLs, hashtags and mentions', () => {
  expect(segmentsOf('Hi @Ada, see #fox at example.com/a#b 🦊')).toEqual([
    { kind: 'text', text: 'Hi ' },
    { kind: 'mention', text: '@Ada', target: 'ada' },
    { kind: 'text', text: ', see ' },
    { kind: 'hashtag', text: '#fox' },
    { kind: 'text', text: ' at ' },
    { kind: 'url', text: 'example.com/a#b', target: 'https://example.com/a#b' },
    { kind: 'text', text: ' 🦊' },
  ]);
});

test('email addresses, other schemes and numbers are words', () => {
  for (const content of ['ada@example.com', 'javascript:alert(1)', '#123', 'mailto:a@b.example', '']) {
    expect(kindsOf(content)).toEqual(content === '' ? [] : [['text', content]]);
  }
});

test('whatever the content: the texts joined are the content, and the entities are those of the database', () => {
  const word = fc.constantFrom(
    '#fox',
    '#Ünï',
    '@ada',
    '@x',
    'https://a.example/#x',
    'a@b.example',
    '🦊',
    '#️⃣',
    ' ',
    '\n',
    'é',
    '．',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ unit: 'binary' })), { maxLength: 12 }), (words) => {
      const content = words.join('').toWellFormed();
      const segments = segmentsOf(content);
      expect(segments.map(({ text }) => text).join('')).toBe(content);
      const { hashtags, usernames } = findEntities(content);
      const cut = (kind: string) => segments.filter((segment) => segment.kind === kind);
      expect([...new Set(cut('mention').map(({ target }) => target))]).toEqual(usernames);
      for (const tag of hashtags) expect(cut('hashtag').map(({ text }) => text.slice(1))).toContain(tag);
    }),
    { numRuns: 1_000 },
  );
});
