import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/lib/bytes.ts';
import { UNKNOWN_FIELD } from '../support/app/answers.ts';
import { answerOf, Harness, type TestRequest } from '../support/app/harness.ts';
import { BOUNDARY, bytesOf, file, formOf, objectsOf, type TestPart } from '../support/app/uploads.ts';
import { GIF_CONTROL, gif, gifImage, jpeg, PNG_END, PNG_START, png, pngHeader } from '../support/media/images.ts';
import { mp4 } from '../support/media/videos.ts';

/** The expected answer: status, code, and the path and the message in the details. */
type Answer = readonly [status: number, code: string, path?: string, message?: string];

const CREATED: Answer = [201, ''];
const MIB = 1_024 * 1_024;
const TYPES =
  'is none of image/jpeg, image/png, image/gif, image/webp, video/mp4, video/mpeg, video/quicktime, video/webm';
const DAMAGED = 'is damaged: its parts do not fit together';
const UNREADABLE: Answer = [400, 'invalid_request', 'body', 'holds a part whose headers cannot be read'];
const UNFINISHED: Answer = [400, 'invalid_request', 'body', 'ends before its closing boundary'];
const notOne = (path = 'media.0'): Answer => [415, 'unsupported_media_type', path, TYPES];
const bad = (path: string, message: string): Answer => [400, 'invalid_request', path, message];

const words: TestPart = { name: 'content', body: 'Hi' };

/** A form that is written by hand. */
function raw(body: string | Uint8Array, contentType = `multipart/form-data; boundary=${BOUNDARY}`): TestRequest {
  return { body: bytesOf(body), headers: { 'Content-Type': contentType } };
}

const head = (disposition: string) => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`;
const encoded = (disposition: string, encoding: string) =>
  head(disposition).replace(/\r\n$/, `Content-Transfer-Encoding: ${encoding}\r\n\r\n`);
const UNKNOWN_ENCODING =
  'has an unknown Content-Transfer-Encoding; leave it out, or take one of base64, quoted-printable';
const END = `\r\n--${BOUNDARY}--\r\n`;
const pictureNamed = (filename: string) => raw(bytesOf(head(`name="media"; filename="${filename}"`), png(), END));

/** A body without end that always has more bytes. */
function endless(start: string, rest: string): TestRequest {
  const chunk = utf8(rest.repeat(1_000));
  let isFirst = true;
  const body = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const bytes = isFirst ? utf8(start) : chunk.slice();
      // An empty chunk cannot be enqueued.
      controller.enqueue(bytes.length === 0 ? chunk.slice() : bytes);
      isFirst = false;
    },
  });
  return { ...raw(''), body, method: 'POST' };
}

const withLength = (request: TestRequest, length: number): TestRequest => ({
  ...request,
  headers: { ...request.headers, 'Content-Length': String(length) },
});

const BODIES: Record<string, readonly [TestRequest, Answer]> = {
  'no boundary named': [raw(END, 'multipart/form-data'), bad('Content-Type', 'must name the boundary of the parts')],
  'an empty boundary': [
    raw(END, 'multipart/form-data; boundary=""'),
    bad('Content-Type', 'must name the boundary of the parts'),
  ],
  'another boundary': [
    { ...formOf([words, file()]), headers: { 'Content-Type': 'multipart/form-data; boundary=x' } },
    UNFINISHED,
  ],
  'no body': [{ method: 'POST', headers: { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` } }, UNFINISHED],
  'zero parts': [formOf([]), bad('content', 'must be a string')],
  'the end alone, twice': [raw(`--${BOUNDARY}--${END}`), bad('content', 'must be a string')],
  'truncated in a file': [raw(bytesOf(head('name="media"; filename="a.png"'), png().subarray(0, 40))), UNFINISHED],
  'truncated before the end': [raw(formOf([words, file()]).body.slice(0, -6)), UNFINISHED],
  'truncated in headers': [raw(`--${BOUNDARY}\r\nContent-Disposition: form-da`), UNFINISHED],
  'multipart/mixed': [raw(END, `multipart/mixed; boundary=${BOUNDARY}`), [415, 'unsupported_media_type']],
  'a nested multipart': [
    formOf([
      words,
      {
        name: 'media',
        filename: 'a',
        type: 'multipart/mixed; boundary=inner',
        body: `--inner\r\nContent-Disposition: attachment; filename="a.png"\r\n\r\nx\r\n--inner--`,
      },
    ]),
    notOne(),
  ],
  'a nested multipart of the same boundary': [
    raw(
      bytesOf(
        head('name="media"; filename="a"'),
        `--${BOUNDARY}\r\nContent-Disposition: attachment; filename="a.png"\r\n\r\n`,
        png(),
        END,
      ),
    ),
    UNREADABLE,
  ],
  compressed: [
    { ...formOf([words]), headers: { ...formOf([]).headers, 'Content-Encoding': 'gzip' } },
    [415, 'unsupported_media_type'],
  ],
  'base64 in a part': [
    raw(
      `${head('name="media"; filename="a.png"').replace('\r\n\r\n', '\r\nContent-Transfer-Encoding: base64\r\n\r\n')}iVBORw0KGgo=${END}`,
    ),
    bad('media.0', 'is truncated'),
  ],
  'an unknown encoding of a file': [
    raw(`${encoded('name="media"; filename="a.png"', 'x-uuencode')}x${END}`),
    bad('media.0', UNKNOWN_ENCODING),
  ],
  'broken base64 in a file': [
    raw(`${encoded('name="media"; filename="a.png"', 'base64')}iVBO!${END}`),
    bad('media.0', 'is not base64, which its Content-Transfer-Encoding says'),
  ],
  'base64 of a file that is cut short': [
    raw(`${encoded('name="media"; filename="a.png"', 'base64')}iVBOR${END}`),
    bad('media.0', 'is not base64, which its Content-Transfer-Encoding says'),
  ],
  'two encodings of a part': [
    raw(`${encoded('name="content"', 'base64\r\nContent-Transfer-Encoding: 8bit')}SGk=${END}`),
    UNREADABLE,
  ],
  'a part without headers': [raw(`--${BOUNDARY}\r\n\r\nx${END}`), UNREADABLE],
  'a part without a name': [raw(`${head('filename="a.png"')}x${END}`), UNREADABLE],
  'a hundred headers in a part': [raw(`--${BOUNDARY}\r\n${'X-A: b\r\n'.repeat(200)}\r\nx${END}`), UNREADABLE],
  'a header of a megabyte': [raw(`--${BOUNDARY}\r\nX-A: ${'b'.repeat(MIB)}\r\n\r\nx${END}`), UNREADABLE],
  'a thousand fields': [
    formOf(Array.from({ length: 1_000 }, (_, i) => ({ name: `f${i}`, body: '' }))),
    bad('body', 'holds more than 20 fields'),
  ],
  'sixty thousand empty parts': [
    raw(`${head('name="media"; filename=""')}\r\n`.repeat(60_000) + END),
    bad('body', 'holds more than 26 parts'),
  ],
  'an endless row of empty files': [
    endless('', `${head('name="media"; filename=""')}\r\n`),
    bad('body', 'holds more than 26 parts'),
  ],
  'an endless row of nothing': [endless(`--${BOUNDARY}`, `\r\n\r\n\r\n--${BOUNDARY}`), UNREADABLE],
  'an endless header of empty lines': [endless(`--${BOUNDARY}\r\nX: y`, '\r\n '), UNREADABLE],
  'an endless padding': [endless(`--${BOUNDARY}`, ' '), UNREADABLE],
  'an endless file': [
    endless(head('name="media"; filename="a.png"'), 'abcdefgh'),
    [413, 'payload_too_large', 'media.0', 'is larger than 8,388,608 bytes'],
  ],
  'an endless field': [
    endless(head('name="content"'), 'abcdefgh'),
    [413, 'payload_too_large', 'content', 'is too large: all fields together have at most 131,072 bytes'],
  ],
  'an endless header': [endless(`--${BOUNDARY}\r\nX-A: `, 'abcdefgh'), UNREADABLE],
  'an endless beginning': [endless('', 'abcdefgh'), [413, 'payload_too_large']],
  'an endless row of hyphens': [endless('', '--------'), [413, 'payload_too_large']],
  'nothing behind its end but more': [endless(`${head('name="content"')}Hi${END}`, 'abcdefgh'), CREATED],
  'a length beyond all limits': [withLength(formOf([words]), 40 * MIB), [413, 'payload_too_large']],
  'a length that is too long': [withLength(formOf([words, file()]), 5_000), CREATED],
  'a length that is too short': [
    withLength(formOf([words, file()]), 10),
    bad('body', 'is longer than its Content-Length'),
  ],
  'a length that is none': [
    { ...formOf([words]), headers: { ...formOf([]).headers, 'Content-Length': 'many' } },
    CREATED,
  ],
};

const FIELDS: Record<string, readonly [TestRequest, Answer]> = {
  'sent twice': [formOf([words, words, file()]), bad('content', 'was sent more than once')],
  'that nobody knows': [formOf([words, file(), { name: 'nonsense', body: 'x' }]), bad('nonsense', UNKNOWN_FIELD)],
  'of every object': [formOf([words, { name: '__proto__', body: 'x' }]), bad('__proto__', UNKNOWN_FIELD)],
  'without a name': [formOf([words, { name: '', body: 'x' }]), bad('', UNKNOWN_FIELD)],
  'that is a file': [
    formOf([{ name: 'content', filename: 'a.txt', body: 'Hi' }]),
    bad('content', 'must not be a file'),
  ],
  'that is a file of JSON': [
    formOf([words, { name: 'visibility', filename: 'blob', type: 'application/json', body: '"PUBLIC"' }]),
    bad('visibility', 'must not be a file'),
  ],
  'that is a file of no JSON': [
    formOf([words, { name: 'poll', filename: 'a.png', type: 'image/png', body: png() }]),
    bad('poll', 'must be UTF-8'),
  ],
  'that is an empty file instead of JSON': [
    formOf([words, { name: 'poll', filename: '', type: 'application/octet-stream', body: '' }]),
    bad('poll', 'must be JSON'),
  ],
  'of an unknown name, as a file': [
    formOf([words, { name: 'nonsense', filename: 'blob', type: 'application/json', body: '{}' }]),
    bad('nonsense', 'must not be a file'),
  ],
  'in broken base64': [
    raw(`${encoded('name="content"', 'base64')}S${END}`),
    bad('content', 'is not base64, which its Content-Transfer-Encoding says'),
  ],
  'in broken quoted-printable': [
    raw(`${encoded('name="content"', 'Quoted-Printable')}Gr=ZZ${END}`),
    bad('content', 'is not quoted-printable, which its Content-Transfer-Encoding says'),
  ],
  'in an unknown encoding': [raw(`${encoded('name="content"', 'gzip')}Hi${END}`), bad('content', UNKNOWN_ENCODING)],
  'in base64 that is no JSON': [raw(`${encoded('name="poll"', 'base64')}SGk=${END}`), bad('poll', 'must be JSON')],
  'with NUL': [formOf([{ name: 'content', body: 'a\0b' }, file()]), bad('content', 'contains a NUL character')],
  'that is not UTF-8': [
    formOf([{ name: 'content', body: new Uint8Array([0xff, 0xfe]) }, file()]),
    bad('content', 'must be UTF-8'),
  ],
  'with a lone surrogate': [
    formOf([{ name: 'content', body: new Uint8Array([0xed, 0xa0, 0x80]) }]),
    bad('content', 'must be UTF-8'),
  ],
  'in another charset': [
    formOf([{ name: 'content', type: 'text/plain; charset=utf-16', body: new Uint8Array([0xd8, 0x00]) }]),
    bad('content', 'must be UTF-8'),
  ],
  'that is no JSON': [formOf([words, { name: 'poll', body: '{options:' }]), bad('poll', 'must be JSON')],
  'that is other JSON': [
    formOf([words, { name: 'poll', body: '{"options":["a"]}' }]),
    bad('poll.options', 'at least 2 options'),
  ],
  'that is empty JSON': [formOf([words, { name: 'location', body: '' }]), bad('location', 'must be JSON')],
  'beyond 5,000 characters': [
    formOf([{ name: 'content', body: 'x'.repeat(5_001) }, file()]),
    bad('content', 'must be at most 5000 characters'),
  ],
  'beyond what fields may have': [
    formOf([{ name: 'content', body: 'x'.repeat(131_073) }]),
    [413, 'payload_too_large', 'content', 'is too large: all fields together have at most 131,072 bytes'],
  ],
};

const NAMES: Record<string, readonly [TestRequest, Answer]> = {
  'that climbs': [pictureNamed('../../../etc/passwd'), CREATED],
  'of another system': [pictureNamed('C:\\\\windows\\\\a.png'), CREATED],
  'that is not Latin': [pictureNamed('фото 🦊.png'), CREATED],
  'that is no UTF-8': [
    raw(
      bytesOf(
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="media"; filename="`,
        new Uint8Array([0xff]),
        '.png"\r\n\r\n',
        png(),
        END,
      ),
    ),
    CREATED,
  ],
  'of 10,000 characters': [pictureNamed('x'.repeat(10_000)), CREATED],
  'that ends in a backslash': [pictureNamed('C:\\fotos\\'), CREATED],
  'with quotes, escaped': [pictureNamed('a\\"b\\";c=\\"d.png'), CREATED],
  'with a semicolon': [pictureNamed('a; name=b.png'), CREATED],
  'before the name': [raw(bytesOf(head('filename="a\\"; name="media"'), png(), END)), CREATED],
  'on a line of its own': [raw(bytesOf(head('name="media";\r\n filename="a.png"'), png(), END)), CREATED],
  'with a quote too many': [pictureNamed('a"b'), UNREADABLE],
  'that is empty': [pictureNamed(''), CREATED],
  'that is none': [raw(bytesOf(head('name="media"'), png(), END)), CREATED],
  'with a header in it': [pictureNamed('a.png%0d%0aX-Evil: 1'), CREATED],
  'with a line end in it': [pictureNamed('a\r\nX-Evil: 1'), UNREADABLE],
  'that is encoded wrongly': [raw(bytesOf(head(`name="media"; filename*=UTF-8''%ff%`), png(), END)), UNREADABLE],
};

const JPEG_HEAD = jpeg().subarray(0, 20);

const FILES: Record<string, readonly [TestPart, Answer]> = {
  'of no bytes': [file(''), bad('media.0', 'is empty')],
  'that is text': [file('media', 'a.txt', 'text/plain'), notOne()],
  'that is SVG': [file('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 'a.svg', 'image/svg+xml'), notOne()],
  'that is SVG and says PNG': [file('<svg xmlns="http://www.w3.org/2000/svg"/>'), notOne()],
  'that is HTML and says JPEG': [file('<!doctype html><script>alert(1)</script>', 'a.jpg', 'image/jpeg'), notOne()],
  'that is PDF': [file('%PDF-1.7\n', 'a.pdf', 'application/pdf'), notOne()],
  'that is ICNS': [file(bytesOf('icns', new Uint8Array([0, 0, 0, 8]))), notOne()],
  'that is HEIF': [
    file(bytesOf(new Uint8Array([0, 0, 0, 24]), 'ftypheic', new Uint8Array(4), 'mif1heic'), 'a.heic', 'image/heic'),
    notOne(),
  ],
  'that is JPEG XL': [file(bytesOf(new Uint8Array([0xff, 0x0a, 0, 0])), 'a.jxl', 'image/jxl'), notOne()],
  'that is Windows': [file('MZ\x90\0', 'a.exe', 'application/octet-stream'), notOne()],
  'that says another type': [
    file(jpeg()),
    [415, 'unsupported_media_type', 'media.0', 'is image/jpeg, which is not what its Content-Type says'],
  ],
  'that says a video': [
    file(png(), 'a.mp4', 'video/mp4'),
    [415, 'unsupported_media_type', 'media.0', 'is image/png, which is not what its Content-Type says'],
  ],
  'that is a PNG and a ZIP': [
    file(bytesOf(png(), 'PK\x05\x06', new Uint8Array(18))),
    bad('media.0', 'has data behind its end'),
  ],
  'that is three quarters of a JPEG': [
    file(jpeg().slice(0, -20), 'a.jpg', 'image/jpeg'),
    bad('media.0', 'is truncated'),
  ],
  'that is a ZIP with the head of a JPEG': [
    file(bytesOf(JPEG_HEAD, 'PK\x03\x04'), 'a.jpg', 'image/jpeg'),
    bad('media.0', DAMAGED),
  ],
  'that is a GIF and JavaScript': [
    file(bytesOf(gif(), '=1;alert(1)'), 'a.gif', 'image/gif'),
    bad('media.0', 'has data behind its end'),
  ],
  'that is half a PNG': [file(png().slice(0, -20)), bad('media.0', 'is truncated')],
  'that is half an MP4': [file(mp4().slice(0, -20), 'a.mp4', 'video/mp4'), bad('media.0', 'is truncated')],
  'that unpacks to a billion pixels': [
    file(bytesOf(PNG_START, pngHeader(65_000, 65_000), PNG_END)),
    bad('media.0', 'has 65000 × 65000 pixels; at most 67108864 are accepted'),
  ],
  'that is a GIF of endless frames': [
    file(
      gif({ width: 8_000, height: 8_000, blocks: Array.from({ length: 20 }, () => bytesOf(GIF_CONTROL, gifImage())) }),
      'a.gif',
      'image/gif',
    ),
    bad('media.0', 'has too many frames for its 8000 × 8000 pixels'),
  ],
};

/** Sends it as a service does, and returns the answer, within ten seconds. */
async function answered(request: TestRequest): Promise<{ answer: Answer; objects: string[] }> {
  const harness = new Harness();
  const { key } = await harness.newKey();
  const before = new Set(await objectsOf());
  const started = performance.now();
  const { status, body } = await answerOf(await harness.fetch('/api/posts', { key, ...request }));
  expect(performance.now() - started).toBeLessThan(10_000);
  const objects = (await objectsOf()).filter((name) => !before.has(name));
  if (status < 400) return { answer: [status, ''], objects };
  const { code, details } = body as { code: string; details?: { path: string; message: string }[] };
  const [detail] = details ?? [];
  return { answer: detail ? [status, code, detail.path, detail.message] : [status, code], objects };
}

describe.each([
  ['a body', BODIES],
  ['a field', FIELDS],
  ['a file name', NAMES],
])('%s', (_, table) => {
  test.each(Object.entries(table))('%s', async (_, [request, expected]) => {
    const { answer, objects } = await answered(request);
    expect(answer).toEqual(expected);
    if (answer[0] !== 201) expect(objects).toEqual([]);
    // Nothing of its name is in ours.
    for (const name of objects) expect(name).toMatch(/^[0-9A-Z]{26}-[0-9A-Za-z]{22}\.png$/);
  });
});

describe('a file', () => {
  test.each(Object.entries(FILES))('%s', async (_, [part, expected]) => {
    const { answer, objects } = await answered(formOf([words, part]));
    expect(answer).toEqual(expected);
    if (answer[0] !== 201) expect(objects).toEqual([]);
  });

  test('beyond the fourth is named', async () => {
    const { answer, objects } = await answered(formOf([file(), file(), file(), file(), file()]));
    expect(answer).toEqual([413, 'payload_too_large', 'media.4', 'exceeds the limit of 4 files']);
    expect(objects).toEqual([]);
  });
});

test('the two messages of a refused file are exact', async () => {
  const harness = new Harness();
  const { key } = await harness.newKey();
  const send = async (parts: readonly TestPart[]) =>
    await answerOf(await harness.fetch('/api/posts', { key, ...formOf(parts) }));
  expect(await send([file('no picture')])).toEqual({
    status: 415,
    body: {
      error: 'Unsupported media type',
      message: 'A file has a type that is not accepted here; see details.',
      code: 'unsupported_media_type',
      details: [{ path: 'media.0', message: TYPES }],
    },
  });
  expect(await send(Array.from({ length: 5 }, () => file()))).toEqual({
    status: 413,
    body: {
      error: 'Payload too large',
      message: 'There are too many files, or a file is too large; see details.',
      code: 'payload_too_large',
      details: [{ path: 'media.4', message: 'exceeds the limit of 4 files' }],
    },
  });
});
