import { namesTag } from '../../lib/etag.ts';
import { sha256Hex } from '../../lib/hash.ts';
import type { RequestContext } from '../request/request-context.ts';
import { respond } from './reply.ts';

/** A text that is the same for everybody, and its tag. */
export interface CachedText {
  readonly text: string;
  readonly etag: string;
}

export async function toCached(text: string): Promise<CachedText> {
  return { text, etag: `"${(await sha256Hex(text)).slice(0, 32)}"` };
}

/** Sends the response; 304 to a client that has it already. */
export function respondCached(
  context: RequestContext,
  { text, etag }: CachedText,
  maxAgeS: number,
  headers: Readonly<Record<string, string>>,
): Response {
  const all = { ...headers, 'Cache-Control': `public, max-age=${maxAgeS}`, ETag: etag };
  return namesTag(context.c.req.header('If-None-Match') ?? '', etag)
    ? respond(context, 304, null, all)
    : respond(context, 200, text, all);
}
