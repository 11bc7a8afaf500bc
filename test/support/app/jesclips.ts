import type { JesClip } from '../../../src/domain/jesclips/index.ts';
import { mp4, webm } from '../media/videos.ts';
import type { Harness, TestRequest } from './harness.ts';
import { as, type Caller, created } from './posts.ts';

/** Small real videos, as a person would pick them. */
export const MP4 = new File([mp4()], 'clip.mp4', { type: 'video/mp4' });
export const WEBM = new File([webm()], 'clip.webm', { type: 'video/webm' });

/** The form of a JesClip. */
export function clipForm(fields: Readonly<Record<string, string>> = {}, files: readonly File[] = [MP4]): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const file of files) form.append('video', file);
  return form;
}

/** A form as a browser sends it. */
export async function multipart(form: FormData): Promise<Required<Pick<TestRequest, 'method' | 'headers' | 'body'>>> {
  const request = new Request('https://jestha.com', { method: 'POST', body: form });
  return {
    method: 'POST',
    headers: { 'Content-Type': request.headers.get('Content-Type') ?? '' },
    body: new Uint8Array(await request.arrayBuffer()),
  };
}

/** Sends the form of a JesClip. @param key of idempotency */
export async function sendClip(harness: Harness, caller: Caller, form = clipForm(), key?: string): Promise<Response> {
  const { headers, ...sent } = await multipart(form);
  const keyed = { ...headers, ...(key !== undefined && { 'Idempotency-Key': key }) };
  return await harness.fetch('/api/jesclips', { ...as(caller), ...sent, headers: keyed });
}

/** Creates a JesClip that must succeed. */
export async function newJesClip(
  harness: Harness,
  caller: Caller,
  fields?: Readonly<Record<string, string>>,
): Promise<JesClip> {
  return await created<JesClip>(sendClip(harness, caller, clipForm(fields)));
}
