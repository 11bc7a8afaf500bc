import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Jes } from '../../../src/domain/posts/index.ts';
import { concat, utf8 } from '../../../src/lib/bytes.ts';
import { newId } from '../../../src/lib/id.ts';
import { png } from '../media/images.ts';
import type { MediaFile } from '../media/media-files.ts';
import { box, mp4 } from '../media/videos.ts';
import { answerOf, type Harness, type TestRequest } from './harness.ts';
import { as, type Caller } from './posts.ts';

/** One part of a form. */
export interface TestPart {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly body: string | Uint8Array;
}

export const BOUNDARY = '------------------------d74496d66958873e';

/** A request with a form, as curl writes one. */
export function formOf(
  parts: readonly TestPart[],
  boundary = BOUNDARY,
): { readonly headers: Record<string, string>; readonly body: Uint8Array } {
  const pieces = parts.flatMap(({ name, filename, type, body }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const typed = type === undefined ? '' : `\r\nContent-Type: ${type}`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}${typed}\r\n\r\n`;
    return [head, body, '\r\n'];
  });
  const body = bytesOf(...pieces, `--${boundary}--\r\n`);
  return { headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` }, body };
}

/** Texts, in UTF-8, and bytes as one. */
export function bytesOf(...pieces: readonly (string | Uint8Array)[]): Uint8Array {
  return concat(pieces.map((piece) => (typeof piece === 'string' ? utf8(piece) : piece)));
}

/** A part named `media`; a picture by default. */
export function file(body: string | Uint8Array = png(), filename = 'a.png', type = 'image/png'): TestPart {
  return { name: 'media', filename, type, body };
}

/** A file of `MEDIA_FILES` under `media`. */
export function mediaPart({ name, mimeType, bytes }: MediaFile): TestPart {
  return { name: 'media', filename: name, type: mimeType, body: bytes };
}

/** A video of exactly this size, from which nothing is removed. */
export function videoOf(bytes: number): Uint8Array {
  const padding = bytes - mp4().length - box('free').length;
  return mp4({ atEnd: [box('free', new Uint8Array(padding))] });
}

/** Sends a form, which must make a Jes. */
export async function upload(
  harness: Harness,
  caller: Caller,
  parts: readonly TestPart[],
  headers: Record<string, string> = {},
): Promise<Jes> {
  const form = formOf(parts);
  const request = { ...as(caller), body: form.body, headers: { ...form.headers, ...headers } };
  const response = await harness.fetch('/api/posts', request);
  await expect(response).toHaveStatus(201);
  const text = await response.text();
  return JSON.parse(text) as Jes;
}

/** The path of an address that a Jes names. */
export function pathOf(url: string | undefined): string {
  expect(url).toMatch(/^https:\/\/jestha\.com\/media\//);
  return (url ?? '').slice('https://jestha.com'.length);
}

/** Names of all objects of the bucket that belong to these files, or to any. */
export async function objectsOf(media?: readonly { readonly id: string }[]): Promise<string[]> {
  const { objects } = await env.MEDIA.list();
  const names = objects.map(({ key }) => key);
  return media ? names.filter((name) => media.some(({ id }) => name.startsWith(id))) : names;
}

/** A bucket that fails in one of its methods. */
export function bucketWithout(method: 'put' | 'delete' | 'get' | 'head', fail: () => Promise<never>): R2Bucket {
  return Object.create(env.MEDIA, {
    ...Object.fromEntries(
      (['put', 'delete', 'get', 'head', 'list'] as const).map((name) => [
        name,
        { value: env.MEDIA[name].bind(env.MEDIA) },
      ]),
    ),
    [method]: { value: fail },
  }) as R2Bucket;
}

export const failing = () => Promise.reject(new Error('10001: internal error'));

/** Sends a form that may be refused. */
export const postForm = (harness: Harness, caller: Caller, form: TestRequest, headers: Record<string, string> = {}) =>
  harness.fetch('/api/posts', { ...as(caller), ...form, headers: { ...form.headers, ...headers } });

export const readClip = async (harness: Harness, caller: Caller, id: string) =>
  await answerOf(await harness.fetch(`/api/jesclips/${id}`, as(caller)));

/**
 * Sets a harness to a millisecond of its own, which the names of its objects begin with. @returns how many there are
 */
export function watchObjects(harness: Harness): () => Promise<number> {
  harness.now += Math.floor(Math.random() * 3_600_000);
  const prefix = newId(harness.now).slice(0, 10);
  return async () => (await env.MEDIA.list({ prefix })).objects.length;
}
