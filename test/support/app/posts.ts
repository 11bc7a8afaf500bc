import { expect } from 'vitest';
import type { Comment } from '../../../src/domain/comments/index.ts';
import type { Jes } from '../../../src/domain/posts/index.ts';
import type { Harness, TestRequest } from './harness.ts';

/** A key or a session. */
export type Caller = { readonly key: string } | { readonly cookie: string };

/** The credential that a caller adds to a request. */
export function as(caller: Caller): Pick<TestRequest, 'key' | 'cookie'> {
  return 'key' in caller ? { key: caller.key } : { cookie: caller.cookie };
}

/** Creates a Jes that must succeed. */
export async function newPost(harness: Harness, caller: Caller, fields: object = {}): Promise<Jes> {
  const body = { content: 'A Jes', ...fields };
  return await created<Jes>(harness.fetch('/api/posts', { ...as(caller), body }));
}

/**
 * Writes a comment that must succeed.
 *
 * @param path of the collection of its Jes or JesClip
 */
export async function newComment(
  harness: Harness,
  caller: Caller,
  id: string,
  fields: object = {},
  path: '/api/posts' | '/api/jesclips' = '/api/posts',
): Promise<Comment> {
  const body = { content: 'A comment', ...fields };
  return await created<Comment>(harness.fetch(`${path}/${id}/comments`, { ...as(caller), body }));
}

/** The body of a response that must be a 201. */
export async function created<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer;
  await expect(response).toHaveStatus(201);
  const text = await response.text();
  return JSON.parse(text) as T;
}

/** A Jes as a caller sees it now. */
export async function seenPost(harness: Harness, caller: Caller, id: string): Promise<Jes> {
  const response = await harness.fetch(`/api/posts/${id}`, as(caller));
  await expect(response).toHaveStatus(200);
  return (await response.json()) as Jes;
}

/** The answer to what one may not see, or what is not there. */
/** Founds a JeHub that must succeed. */
export async function newJehub(
  harness: Harness,
  person: { readonly cookie: string },
  name: string,
): Promise<{ readonly id: string }> {
  return await created(harness.fetch('/api/jehubs', { cookie: person.cookie, body: { name } }));
}

/** Sends a request as a caller. */
export const sendAs = (harness: Harness, caller: Caller, method: string, path: string, body?: unknown) =>
  harness.fetch(path, { ...as(caller), method, ...(body !== undefined && { body }) });
