import { type OpenFile, openMedia } from '../../domain/content/index.ts';
import { fileNameOf } from '../../domain/media/index.ts';
import { namesTag } from '../../lib/etag.ts';
import { type ByteRange, parseRange } from '../../lib/range.ts';
import { pathParam } from '../request/path-param.ts';
import type { RequestContext } from '../request/request-context.ts';
import { respond } from '../response/reply.ts';
import type { Asset } from '../site/page.ts';

/**
 * The bytes of an image or a video for any caller with their address; `expires` and `signature` for a file that needs
 * them.
 */
export const getMedia: Asset = {
  method: 'GET',
  path: '/media/:object',
  access: 'asset',
  async handle(context) {
    const { ctx, c } = context;
    const name = pathParam(c.req, 'object');
    const { expires, signature } = c.req.query();
    const { method, headers } = c.req.raw;
    // Ranges are defined for GET alone (RFC 9110 section 14.2).
    const range = method === 'HEAD' ? null : headers.get('Range');
    const known = headers.get('If-None-Match');
    const isWhole = method !== 'HEAD' && range === null && known === null;
    const file = await openMedia(ctx, name, { expires, signature }, isWhole);
    const served = headersOf(file, name, ctx.now);
    if (known !== null && namesTag(known, file.etag)) return respond(context, 304, null, served);
    // If-Range names another version: send the whole file (RFC 9110 section 13.1.5).
    const isCurrent = (headers.get('If-Range') ?? file.etag) === file.etag;
    const part = range === null || !isCurrent ? undefined : parseRange(range, file.size);
    if (part === 'unsatisfiable') {
      return respond(context, 416, null, { ...served, 'Content-Range': `bytes */${file.size}` });
    }
    return await serve(context, file, served, part);
  },
};

async function serve(
  context: RequestContext,
  { size, read }: OpenFile,
  headers: Readonly<Record<string, string>>,
  part: ByteRange | undefined,
): Promise<Response> {
  const body = context.c.req.raw.method === 'HEAD' ? null : await read(part);
  const length = part?.length ?? size;
  return respond(context, part ? 206 : 200, body, {
    ...headers,
    'Content-Length': String(length),
    ...(part && { 'Content-Range': `bytes ${part.offset}-${part.offset + length - 1}/${size}` }),
  });
}

/**
 * Headers of a person's file: its type is fixed, it runs no script, and it may load only as a picture or in a player.
 * Its name never stands for another file, so every cache may keep it.
 */
function headersOf({ contentType, etag, expiresAt }: OpenFile, name: string, now: number): Record<string, string> {
  return {
    'Content-Type': contentType,
    'Content-Disposition': `inline; filename="${fileNameOf(name)}"`,
    'Cache-Control':
      expiresAt === undefined
        ? 'public, max-age=31536000, immutable'
        : `private, max-age=${Math.floor((expiresAt - now) / 1_000)}`,
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    // Other sites may embed the files.
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}
