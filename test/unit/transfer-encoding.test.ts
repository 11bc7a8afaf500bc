import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrokenEncoding, TRANSFER_DECODERS } from '../../src/lib/transfer-encoding.ts';
import { bytesOf } from '../support/app/uploads.ts';

/** The bytes, or undefined if they are not in this encoding. */
function decode(encoding: string, pieces: readonly Uint8Array[]): string | undefined {
  const decoder = TRANSFER_DECODERS.get(encoding)?.();
  if (!decoder) throw new Error(`no ${encoding}`);
  try {
    return new TextDecoder().decode(bytesOf(...pieces.map((piece) => decoder.write(piece)), decoder.end()));
  } catch (error) {
    if (!(error instanceof BrokenEncoding)) throw error;
    return undefined;
  }
}

/** The same however the text is cut. */
function everyWay(encoding: string, text: string): string | undefined {
  const bytes = bytesOf(text);
  const whole = decode(encoding, [bytes]);
  for (let at = 1; at < bytes.length; at++) {
    expect([at, decode(encoding, [bytes.slice(0, at), bytes.slice(at)])]).toEqual([at, whole]);
  }
  const single = Array.from(bytes, (byte) => new Uint8Array([byte]));
  expect(decode(encoding, single)).toBe(whole);
  return whole;
}

describe('base64', () => {
  test.each([
    ['', ''],
    ['SGk=', 'Hi'],
    ['SGk', 'Hi'],
    ['SGkh', 'Hi!'],
    ['SA==', 'H'],
    ['R3LDvMOf\r\nZSDwn6aK\r\n', 'Grüße 🦊'],
    [' S G\tk =\n', 'Hi'],
  ])('%j', (text, expected) => {
    expect(everyWay('base64', text)).toBe(expected);
  });

  test.each([
    'S',
    'SGkhS',
    'SGk!',
    'SGk=SGk=',
    'SGk==',
    'S===',
    '====',
    'SGk_',
    'Grüße',
    '{"a":1}',
  ])('%j is broken', (text) => {
    expect(everyWay('base64', text)).toBeUndefined();
  });

  test('of any bytes, with line ends anywhere', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('\uFEFF')),
        fc.nat({ max: 80 }),
        (text, width) => {
          const encoded = btoa(String.fromCharCode(...bytesOf(text)));
          const lines = encoded.replaceAll(new RegExp(`.{${width + 1}}`, 'g'), '$&\r\n');
          expect(decode('base64', [bytesOf(lines)])).toBe(text);
        },
      ),
    );
  });
});

describe('quoted-printable', () => {
  test.each([
    ['', ''],
    ['Hi', 'Hi'],
    ['Gr=C3=BC=c3=9fe', 'Grüße'],
    ['a=3Db', 'a=b'],
    ['one=\r\n two=\nthree', 'one twothree'],
    ['one=  \t\r\ntwo', 'onetwo'],
    ['one  \r\ntwo\t\nthree ', 'one\r\ntwo\nthree'],
    ['one =\r\ntwo', 'one two'],
    ['one=20\r\ntwo', 'one \r\ntwo'],
    ['one=', 'one'],
    ['already Grüße', 'already Grüße'],
  ])('%j', (text, expected) => {
    expect(everyWay('quoted-printable', text)).toBe(expected);
  });

  test.each(['a=b', 'a=4', 'a=G0', 'a==3D', 'a= 3D', '='.repeat(4)])('%j is broken', (text) => {
    expect(everyWay('quoted-printable', text)).toBeUndefined();
  });

  test('of spaces without end is broken', () => {
    const spaces = bytesOf(' '.repeat(1_001));
    expect(decode('quoted-printable', [spaces, bytesOf('x')])).toBeUndefined();
    expect(decode('quoted-printable', [bytesOf(spaces, 'x')])).toBeUndefined();
  });
});
