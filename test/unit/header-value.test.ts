import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJson, isUtf8, parseContentType, parseDisposition } from '../../src/lib/header-value.ts';

/** As `type|name=value|…`. */
const written = (value: ReturnType<typeof parseContentType>) =>
  value && [value.type, ...Array.from(value.parameters, ([name, text]) => `${name}=${text}`)].join('|');

describe('a Content-Type', () => {
  test.each([
    ['application/json', 'application/json'],
    ['  Application/JSON\t', 'application/json'],
    ['application/json;', 'application/json'],
    ['application/json ; ; ;', 'application/json'],
    ['application/json;charset=utf-8', 'application/json|charset=utf-8'],
    ['application/json; CharSet = "UTF-8" ;', 'application/json|charset=UTF-8'],
    ['application/json; charset="u\\tf\\"8"', 'application/json|charset=utf"8'],
    ['application/json; charset="utf-8"rest; a=b', 'application/json|charset=utf-8|a=b'],
    ['application/json; charset="utf-8', 'application/json|charset=utf-8'],
    ['application/json; charset="utf-8\\', 'application/json|charset=utf-8\\'],
    ['application/json; charset=utf-8; charset=utf-16', 'application/json|charset=utf-8'],
    ['application/json; charset', 'application/json'],
    ['application/json; charset=', 'application/json|charset='],
    ['application/json; x="a;b"; y=c', 'application/json|x=a;b|y=c'],
    ['application/json; __proto__=a; constructor=b', 'application/json|__proto__=a|constructor=b'],
    ['application/vnd.api+json', 'application/vnd.api+json'],
    ['multipart/form-data; boundary====17000===', 'multipart/form-data|boundary====17000==='],
    ['multipart/form-data; boundary=----=_Part_0_12.34', 'multipart/form-data|boundary=----=_Part_0_12.34'],
    ["multipart/form-data; boundary=a'()+_,-./:=?b", "multipart/form-data|boundary=a'()+_,-./:=?b"],
    ['multipart/form-data; boundary=a b ', 'multipart/form-data|boundary=a b'],
    // Sent twice.
    ['application/json, application/json', 'application/json'],
    ['application/json, Application/JSON;charset=utf-8', 'application/json|charset=utf-8'],
    ['a/b; x="1,2", a/b; x="1,2"', 'a/b|x=1,2'],
  ])('%j', (header, expected) => {
    expect(written(parseContentType(header))).toBe(expected);
  });

  test.each([
    null,
    '',
    ';',
    ',',
    'json',
    'application/',
    '/json',
    'application /json',
    'application/json charset=utf-8',
    'application/json/x',
    'application/jsön',
    // Which of them?
    'application/json, text/plain',
    'application/json; charset=utf-8, application/json; charset=utf-16',
    'multipart/form-data; boundary=a, multipart/form-data; boundary=b',
  ])('%j names no media type', (header) => {
    expect(parseContentType(header)).toBeUndefined();
  });

  test.each([
    ['application/json', true],
    ['text/json', true],
    ['application/problem+json', true],
    ['image/svg+json', true],
    ['application/jsonp', false],
    ['application/json-seq', false],
    ['text/plain', false],
  ])('%s is JSON: %j', (header, expected) => {
    expect(isJson({ type: header, parameters: new Map() })).toBe(expected);
  });

  test.each([
    ...['utf-8', 'UTF8', 'utf8', 'Unicode-1-1-UTF-8', 'unicode11utf8', 'unicode20utf8', 'x-unicode20utf8'],
    ...['us-ascii', 'ASCII', '', ' utf-8 '],
  ])('charset %j is UTF-8', (charset) => {
    expect(isUtf8({ type: 'a/b', parameters: new Map([['charset', charset]]) })).toBe(true);
  });

  test.each([
    'utf-16',
    'utf-16le',
    'utf-32',
    'iso-8859-1',
    'windows-1252',
    'utf-7',
    'constructor',
    "'utf-8'",
  ])('charset %j is not UTF-8', (charset) => {
    expect(isUtf8({ type: 'a/b', parameters: new Map([['charset', charset]]) })).toBe(false);
  });

  test('without a charset is UTF-8', () => {
    expect(isUtf8({ type: 'a/b', parameters: new Map() })).toBe(true);
  });
});

describe('a Content-Disposition', () => {
  test.each([
    ['form-data; name="a"', 'form-data|name=a'],
    ['FORM-DATA;NAME=a;', 'form-data|name=a'],
    ['form-data; filename=b.png; name=a', 'form-data|filename=b.png|name=a'],
    ['form-data; name="a"; filename=""', 'form-data|name=a|filename='],
    ['form-data; name="a"; filename="b;c=d.png"', 'form-data|name=a|filename=b;c=d.png'],
    ['form-data; name="a"; filename="фото.png"', 'form-data|name=a|filename=фото.png'],
    ["form-data; name=a; filename*=UTF-8''%C3%A9", "form-data|name=a|filename*=UTF-8''%C3%A9"],
    // As curl writes a quote and a backslash.
    ['form-data; name="a"; filename="b\\"c.png"', 'form-data|name=a|filename=b\\"c.png'],
    ['form-data; name="a"; filename="b\\\\"', 'form-data|name=a|filename=b\\\\'],
    ['form-data; name="a"; filename="b\\"; name=\\"c"', 'form-data|name=a|filename=b\\"; name=\\"c'],
    // As browsers write a backslash.
    ['form-data; name="a"; filename="C:\\b.png"', 'form-data|name=a|filename=C:\\b.png'],
    ['form-data; name="a"; filename="b\\"', 'form-data|name=a|filename=b\\'],
    ['form-data; name="a\\"; filename="b\\"', 'form-data|name=a\\|filename=b\\'],
    ['form-data; filename="b\\"; name="a"', 'form-data|filename=b\\|name=a'],
  ])('%s', (header, expected) => {
    expect(written(parseDisposition(header))).toBe(expected);
  });

  test.each([
    'form-data; name="a',
    'form-data; name="a"b',
    'form-data; name="a\\"b',
    'form-data; name="a" "b"',
  ])('%s cannot be read', (header) => {
    expect(parseDisposition(header)).toBeUndefined();
  });
});

test('any text is read, and a parameter that was written is found', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab;="\\, /\t') });
  fc.assert(
    fc.property(text, text, (header, value) => {
      parseContentType(header);
      parseDisposition(header);
      const quoted = `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
      expect(parseContentType(`a/b; x=${quoted}`)?.parameters.get('x')).toBe(value);
    }),
    { numRuns: 1_000 },
  );
});
