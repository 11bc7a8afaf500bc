import { answerOf, type Harness } from './harness.ts';
import { type Caller, sendAs } from './posts.ts';

export const editPost = async (harness: Harness, caller: Caller, id: string, body: unknown) =>
  await answerOf(await sendAs(harness, caller, 'PATCH', `/api/posts/${id}`, body));

export const removePost = (harness: Harness, caller: Caller, id: string) =>
  sendAs(harness, caller, 'DELETE', `/api/posts/${id}`);

export const bouncePost = async (harness: Harness, caller: Caller, id: string, body?: unknown) =>
  await answerOf(await sendAs(harness, caller, 'POST', `/api/posts/${id}/bounce`, body));

export async function totalPosts(harness: Harness, person: { cookie: string }): Promise<number> {
  const response = await harness.fetch('/api/auth/me', { cookie: person.cookie });
  return ((await response.json()) as { totalPosts: number }).totalPosts;
}
