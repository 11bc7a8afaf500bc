import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/domain/api-error.ts';
import { readParts } from '../../src/http/request/multipart.ts';
import { bytesOf, formOf } from '../support/app/uploads.ts';

const MAX_BYTES = 1_000_000;

/** A body whose chunks end at these places. */
function requestOf(
  body: Uint8Array,
  ends: readonly number[],
  contentType = 'multipart/form-data; boundary=b',
): Request {
  const chunks = [...ends, body.length].map((end, i) => body.slice(ends[i - 1] ?? 0, end));
  const stream = new ReadableStream({
    type: 'bytes',
    start(controller) {
      for (const chunk of chunks) if (chunk.length > 0) controller.enqueue(chunk);
      controller.close();
    },
  });
  return new Request('https://x/', { method: 'POST', headers: { 'Content-Type': contentType }, body: stream });
}

/** The parts as `name|filename|type|content`, or the error. */
async function partsOf(request: Request): Promise<string[] | string> {
  const parts: { head: string; content: Uint8Array[] }[] = [];
  const decoder = new TextDecoder();
  try {
    for await (const event of readParts(request, MAX_BYTES)) {
      if (event.type === 'part') {
        const { name, filename, contentType } = event.part;
        parts.push({ head: `${name}|${filename}|${contentType}`, content: [] });
      } else if (event.type === 'bytes') parts.at(-1)?.content.push(event.bytes);
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { reason } = error;
    return 'details' in reason ? reason.details.map(({ path, message }) => `${path} ${message}`).join() : reason.code;
  }
  return parts.map(({ head, content }) => `${head}|${decoder.decode(bytesOf(...content))}`);
}

/** The same however a body is cut in two, and byte by byte. */
async function everyWay(body: Uint8Array): Promise<string[] | string> {
  const whole = await partsOf(requestOf(body, []));
  for (let at = 1; at < body.length; at++) {
    expect([at, await partsOf(requestOf(body, [at]))]).toEqual([at, whole]);
    expect([at, await partsOf(requestOf(body, [at, at + 1]))]).toEqual([at, whole]);
  }
  const bytes = Array.from({ length: body.length - 1 }, (_, i) => i + 1);
  expect(await partsOf(requestOf(body, bytes))).toEqual(whole);
  return whole;
}

const UNREADABLE = 'body holds a part whose headers cannot be read';
const UNFINISHED = 'body ends before its closing boundary';

const part = (disposition: string, content: string, more = '') =>
  `--b\r\nContent-Disposition: ${disposition}${more}\r\n\r\n${content}\r\n`;

describe('a body, however it arrives', () => {
  test('of fields and files', async () => {
    const { body } = formOf(
      [
        { name: 'content', body: 'Grüße 🦊' },
        { name: 'media', filename: 'a.png', type: 'image/png', body: '\r\n--\r\n-b--\r\n--' },
        { name: 'media', filename: '', body: '' },
      ],
      'b',
    );
    expect(await everyWay(body)).toEqual([
      'content|undefined|undefined|Grüße 🦊',
      'media|a.png|image/png|\r\n--\r\n-b--\r\n--',
      'media||undefined|',
    ]);
  });

  test.each<[string, string, string[] | string]>([
    [
      'with words before and behind',
      `before${'\r\n'}${part('form-data; name=a', '1')}--b--\r\nbehind --b\r\n`,
      ['a|undefined|undefined|1'],
    ],
    ['without the last line end', `${part('form-data; name="a"', '1')}--b--`, ['a|undefined|undefined|1']],
    ['with parts behind its end', `--b--\r\n${part('form-data; name="a"', '1')}--b--`, []],
    ['with no part', '--b--\r\n', []],
    ['with nothing', '', UNFINISHED],
    ['of another boundary', part('form-data; name="a"', '1').replaceAll('--b', '--c'), UNFINISHED],
    ['that is cut short in a part', `${part('form-data; name="a"', '1')}--b`, UNFINISHED],
    ['that is cut short in headers', '--b\r\nContent-Disposition: form-data; na', UNFINISHED],
    ['with a part of headers only', `--b\r\nContent-Disposition: form-data; name="a"\r\n--b--\r\n`, UNREADABLE],
    ['with such a part behind another', `${part('form-data; name="a"', '1')}--b\r\nX: y\r\n--b--\r\n`, UNREADABLE],
    ['with a part without headers', '--b\r\n\r\n1\r\n--b--\r\n', UNREADABLE],
    ['with a nameless part', `${part('form-data', '1')}--b--`, UNREADABLE],
    ['with a part that is no field', `${part('attachment; name="a"', '1')}--b--`, UNREADABLE],
    ['with a part of another header', '--b\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--', UNREADABLE],
    [
      'with two dispositions',
      `${part('form-data; name="a"', '1', '\r\nContent-Disposition: form-data; name="b"')}--b--`,
      UNREADABLE,
    ],
    ['with a header that is none', `${part('form-data; name="a"', '1', '\r\n\x01: y')}--b--`, UNREADABLE],
    [
      'with white space behind boundaries',
      `--b \t\r\n${part('form-data; name="a"', '1').slice(5)}--b-- \r\n`,
      ['a|undefined|undefined|1'],
    ],
    ['with other words behind a boundary', `--bc\r\n${part('form-data; name="a"', '1').slice(5)}--b--`, UNREADABLE],
    [
      'with a header on several lines',
      `--b\r\nContent-Disposition: form-data;\r\n name="a";\r\n\tfilename="b.png"\r\nX: y\r\n \r\n\r\n1\r\n--b--`,
      ['a|b.png|undefined|1'],
    ],
    [
      'with a first line of a header on several',
      `--b\r\n Content-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--`,
      UNREADABLE,
    ],
    [
      'with headers in any case, order and spacing',
      `--b\r\ncontent-TYPE:image/png \r\nCONTENT-disposition\t:FORM-DATA;name=a\r\n\r\n1\r\n--b--`,
      ['a|undefined|image/png|1'],
    ],
    [
      'with an empty type',
      `--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: \r\n\r\n1\r\n--b--`,
      ['a|undefined|undefined|1'],
    ],
    [
      'with two types',
      `${part('form-data; name="a"', '1', '\r\nContent-Type: image/png\r\nContent-Type: image/gif')}--b--`,
      UNREADABLE,
    ],
    [
      'with nearly its boundary',
      `${part('form-data; name="a"', '\r\r\n\r\n--\r\n--\r\n-b')}--b--`,
      ['a|undefined|undefined|\r\r\n\r\n--\r\n--\r\n-b'],
    ],
    ['with a NUL in a header', `${part('form-data; name="a"; filename="\0"', '1')}--b--`, UNREADABLE],
    ['with a carriage return in a header', `${part('form-data; name="a"; filename="\r"', '1')}--b--`, UNREADABLE],
    ['with bare line feeds', '--b\nContent-Disposition: form-data; name="a"\n\n1\n--b--\n', UNREADABLE],
  ])('%s', async (_, body, expected) => {
    expect(await everyWay(bytesOf(body))).toEqual(expected);
  });

  test.each([
    ['"фото 🦊.jpg"', 'фото 🦊.jpg'],
    ['"../../etc/passwd"', '../../etc/passwd'],
    ['"a\\"b.jpg"', 'a\\"b.jpg'],
    ['"a%22b;c=d.jpg"', 'a%22b;c=d.jpg'],
    ['a.jpg', 'a.jpg'],
    [`"${'x'.repeat(10_000)}"`, 'x'.repeat(10_000)],
    ['"a\\"', 'a\\'],
    ['"C:\\fotos\\"', 'C:\\fotos\\'],
    ['"a\\"; x="b"', 'a\\'],
    ['"a\\\\"', 'a\\\\'],
    ['"a;b=\'c\'.jpg"', "a;b='c'.jpg"],
    ['"\x01\x7f.jpg"', '\x01\x7f.jpg'],
    ['"a"; filename*=UTF-8\'\'%C3%A9.jpg', "UTF-8''%C3%A9.jpg"],
  ])('with the file name %s', async (written, filename) => {
    const body = bytesOf(`${part(`form-data; name="media"; filename=${written}`, '1')}--b--`);
    expect(await partsOf(requestOf(body, []))).toEqual([`media|${filename}|undefined|1`]);
  });

  test.each([
    ['a percent-encoding that is none', "form-data; name=media; filename*=UTF-8''%ff%"],
    ['headers without end', `form-data; name=media; filename="${'x'.repeat(20_000)}"`],
    ['a hundred headers', `form-data; name=media${'\r\nX: y'.repeat(101)}`],
  ])('with %s', async (_, disposition) => {
    const body = bytesOf(`${part(disposition, '1')}--b--`);
    expect(await partsOf(requestOf(body, [body.length >> 1]))).toBe(UNREADABLE);
  });

  test('with a name of every object', async () => {
    const body = bytesOf(`${part('form-data; name="__proto__"; constructor="x"', '1')}--b--`);
    expect(await everyWay(body)).toEqual(['__proto__|undefined|undefined|1']);
  });

  test('is read no further than it may be long', async () => {
    const body = bytesOf(part('form-data; name="a"', 'x'.repeat(MAX_BYTES)));
    expect(await partsOf(requestOf(body, []))).toBe('payload_too_large');
  });

  test('is read no further than its end', async () => {
    let pulled = 0;
    const end = bytesOf(`${part('form-data; name="a"', '1')}--b--\r\n`);
    const body = new ReadableStream({
      type: 'bytes',
      pull(controller) {
        pulled += 1;
        controller.enqueue(pulled === 1 ? end : bytesOf('endless '));
      },
    });
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
    expect(await partsOf(new Request('https://x/', { method: 'POST', headers, body }))).toEqual([
      'a|undefined|undefined|1',
    ]);
    // One more may be asked for ahead.
    expect(pulled).toBeLessThanOrEqual(2);
  });
});

describe('a Content-Type', () => {
  test.each([
    'multipart/form-data; boundary=b',
    'multipart/form-data; boundary="b"',
    'multipart/form-data;boundary=b',
    'Multipart/Form-Data; charset=utf-8; Boundary=b',
    'multipart/form-data; boundary=b; charset=utf-8',
    'multipart/form-data; boundary=b;',
    'multipart/form-data; boundary = "b" ; x',
    'multipart/form-data; boundary="\\b"',
    'multipart/form-data; boundary="b "',
    'multipart/form-data; boundary=b, multipart/form-data; boundary=b',
  ])('%s', async (contentType) => {
    const body = bytesOf(`${part('form-data; name="a"', '1')}--b--\r\n`);
    expect(await partsOf(requestOf(body, [], contentType))).toEqual(['a|undefined|undefined|1']);
  });

  test.each([
    ['===17000===', '===17000==='],
    ['----=_Part_0_1234.5678', '----=_Part_0_1234.5678'],
    ['===============8675309==', '===============8675309=='],
    ['Apple-Mail=_0', 'Apple-Mail=_0'],
    ["'()+_,-./:=?", "'()+_,-./:=?"],
    ['"a b:c"', 'a b:c'],
    ['"a;b"', 'a;b'],
    ['"a\\"b"', 'a"b'],
    ['gc0p4Jq0M2Yt08j34c0p@{}[]', 'gc0p4Jq0M2Yt08j34c0p@{}[]'],
    ['x'.repeat(70), 'x'.repeat(70)],
  ])('boundary=%s', async (named, boundary) => {
    const body = bytesOf(`${part('form-data; name="a"', '1')}--b--\r\n`.replaceAll('--b', () => `--${boundary}`));
    const contentType = `multipart/form-data; boundary=${named}`;
    expect(await partsOf(requestOf(body, [], contentType))).toEqual(['a|undefined|undefined|1']);
    expect(await partsOf(requestOf(body, [body.length >> 1], contentType))).toEqual(['a|undefined|undefined|1']);
  });

  test.each([
    'multipart/form-data',
    'multipart/form-data; boundary="  "',
    'multipart/form-data; boundary=é',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
  ])('%s names no boundary', async (contentType) => {
    expect(await partsOf(requestOf(bytesOf('--b--'), [], contentType))).toBe(
      'Content-Type must name the boundary of the parts',
    );
  });
});
