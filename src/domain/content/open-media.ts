import { runSql } from '../../data/db.ts';
import { InFlight } from '../../lib/in-flight.ts';
import type { ByteRange } from '../../lib/range.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { expiryOf, isObjectName } from '../media/index.ts';
import { readForVisitors } from './for-visitors.ts';
import { selectForEverybody } from './store.ts';

/** A file that is about to be served. */
export interface OpenFile {
  readonly contentType: string;
  /** With its quotes. */
  readonly etag: string;
  readonly size: number;
  /** The end of its address, in unix milliseconds; undefined = it is public. */
  readonly expiresAt: number | undefined;
  /**
   * The bytes, or a part of them; to be asked once. @throws ApiError `not_found`: it was deleted in this very moment
   */
  read(part?: ByteRange): Promise<ReadableStream>;
}

/**
 * Opens a file by its address. A signature needs no look-up: we gave it to a viewer who may see the file, and it
 * expires within the hour. Without one the file must be public, and comes from the cache for a minute.
 *
 * @param query of the address, as `linkMedia` wrote it
 * @param isWhole true if the request wants all bytes, without a condition
 * @throws ApiError `not_found`
 */
export async function openMedia(
  ctx: Ctx,
  object: string,
  query: { readonly expires?: string | undefined; readonly signature?: string | undefined },
  isWhole: boolean,
): Promise<OpenFile> {
  if (!isObjectName(object)) throw new ApiError({ code: 'not_found' });
  const { expires, signature } = query;
  if (expires !== undefined && signature !== undefined) {
    const expiresAt = await expiryOf(ctx.ports.sessionSecrets, object, { expires, signature }, ctx.now);
    if (expiresAt !== undefined) return { ...(await openStored(ctx, object, isWhole)), expiresAt };
  }
  return { ...(await openPublic(ctx, object, isWhole)), expiresAt: undefined };
}

type Bytes = Omit<OpenFile, 'expiresAt'>;

/** Files on their way into the cache. */
const keeping = new InFlight<void>();

async function openPublic(ctx: Ctx, object: string, isWhole: boolean): Promise<Bytes> {
  const path = `/media/${object}`;
  const kept = await ctx.ports.publicCache.find(path);
  if (kept?.ok) return await openKept(ctx, path, object, kept, isWhole);
  await readForVisitors(ctx, path, kept, () => requireForEverybody(ctx, object));
  const file = await openStored(ctx, object, isWhole);
  ctx.defer(keeping.share(path, ctx.defer, () => keepFile(ctx, path, object)));
  return file;
}

async function requireForEverybody({ ports }: Ctx, object: string): Promise<void> {
  const { rows } = await runSql(selectForEverybody(ports.db, object));
  if (rows.length === 0) throw new ApiError({ code: 'not_found' });
}

/** One call of the bucket for a whole file; else one for its metadata, and one for the bytes. */
async function openStored({ ports }: Ctx, object: string, isWhole: boolean): Promise<Bytes> {
  const { objects } = ports;
  const whole = isWhole ? await objects.get(object) : undefined;
  const found = whole === undefined ? await objects.head(object) : whole;
  if (!found) throw new ApiError({ code: 'not_found' });
  return {
    contentType: contentTypeOf(found),
    etag: found.httpEtag,
    size: found.size,
    read: async (part) => bodyOf(whole ?? (await objects.get(object, part))),
  };
}

async function openKept(ctx: Ctx, path: string, object: string, kept: Response, isWhole: boolean): Promise<Bytes> {
  const { publicCache, objects } = ctx.ports;
  if (!isWhole) await kept.body?.cancel();
  return {
    contentType: kept.headers.get('Content-Type') ?? DEFAULT_TYPE,
    etag: kept.headers.get('ETag') ?? '',
    size: Number(kept.headers.get('Content-Length')),
    async read(part) {
      const bytes = isWhole ? kept : await publicCache.find(path, part);
      if (bytes?.body && bytes.status === (part ? 206 : 200)) return bytes.body;
      await bytes?.body?.cancel();
      return bodyOf(await objects.get(object, part));
    },
  };
}

/**
 * Puts a file into the cache from a second read: a copy of the running response would fill the memory of an isolate, at
 * the pace of the slowest reader.
 */
async function keepFile({ ports }: Ctx, path: string, object: string): Promise<void> {
  const { publicCache, objects } = ports;
  // Another request may have kept it since this one looked.
  const kept = await publicCache.find(path);
  await kept?.body?.cancel();
  const found = kept ? null : await objects.get(object);
  if (!found) return;
  const headers = { 'Content-Type': contentTypeOf(found), 'Content-Length': String(found.size), ETag: found.httpEtag };
  await publicCache.keep(path, new Response(found.body, { headers }));
}

const DEFAULT_TYPE = 'application/octet-stream';
const contentTypeOf = ({ httpMetadata }: R2Object) => httpMetadata?.contentType ?? DEFAULT_TYPE;

function bodyOf(found: R2ObjectBody | null): ReadableStream {
  if (!found) throw new ApiError({ code: 'not_found' });
  return found.body;
}
