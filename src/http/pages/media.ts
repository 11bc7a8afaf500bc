import { fileNameOf } from '../../domain/media/index.ts';
import { Refused } from '../../domain/refusal.ts';
import { openMedia } from '../../domain/serving/index.ts';
import { namesTag } from '../../lib/etag.ts';
import { type ByteRange, parseRange } from '../../lib/range.ts';
import type { Exchange } from '../exchange.ts';
import { respond } from '../reply.ts';
import type { Asset } from './page.ts';

/** The bytes of an image or a video, to whoever has their address; `expires` and `signature` where it needs them. */
export const getMedia: Asset = {
  method: 'GET',
  path: '/media/:object',
  access: 'asset',
  async answer(exchange) {
    const { ctx, c } = exchange;
    const { objects } = ctx.ports;
    const name = c.req.param('object') ?? '';
    const { expires, signature } = c.req.query();
    const { expiresAt } = await openMedia(ctx, name, { expires, signature });
    const { method, headers } = c.req.raw;
    const range = headers.get('Range');
    const known = headers.get('If-None-Match');
    const isAsked = method === 'HEAD' || range !== null || known !== null;
    const found = isAsked ? await objects.head(name) : await objects.get(name);
    if (!found) throw new Refused({ code: 'not_found' });

    const of = {
      found,
      name,
      maxAgeS: expiresAt === undefined ? undefined : Math.floor((expiresAt - ctx.now) / 1_000),
    };
    if (known !== null && namesTag(known, found.httpEtag)) return respond(exchange, 304, null, headersOf(of));
    // Of something else than what the sender has a part of, the whole is wanted.
    const isCurrent = (headers.get('If-Range') ?? found.httpEtag) === found.httpEtag;
    const part = range === null || !isCurrent ? undefined : parseRange(range, found.size);
    if (part === 'unsatisfiable') {
      return respond(exchange, 416, null, { ...headersOf(of), 'Content-Range': `bytes */${found.size}` });
    }
    return await serve(exchange, of, part);
  },
};

interface Served {
  readonly found: R2Object | R2ObjectBody;
  readonly name: string;
  /** Undefined = it is for everybody. */
  readonly maxAgeS: number | undefined;
}

async function serve(exchange: Exchange, of: Served, part: ByteRange | undefined): Promise<Response> {
  const { found, name } = of;
  const isHead = exchange.c.req.raw.method === 'HEAD';
  const body = isHead ? null : 'body' in found ? found : await exchange.ctx.ports.objects.get(name, part);
  // Deleted in this very moment.
  if (!isHead && !body) throw new Refused({ code: 'not_found' });
  const length = part?.length ?? found.size;
  return respond(exchange, part ? 206 : 200, body?.body ?? null, {
    ...headersOf(of),
    'Content-Length': String(length),
    ...(part && { 'Content-Range': `bytes ${part.offset}-${part.offset + length - 1}/${found.size}` }),
  });
}

/**
 * A file of somebody's: it is what we say it is, runs nothing and is part of nothing but pictures and players. Its name never
 * holds anything else, so who may see it may keep it.
 */
function headersOf({ found, name, maxAgeS }: Served): Record<string, string> {
  return {
    'Content-Type': found.httpMetadata?.contentType ?? 'application/octet-stream',
    'Content-Disposition': `inline; filename="${fileNameOf(name)}"`,
    'Cache-Control': maxAgeS === undefined ? 'public, max-age=31536000, immutable' : `private, max-age=${maxAgeS}`,
    ETag: found.httpEtag,
    'Accept-Ranges': 'bytes',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    // Other sites may show what is on the web.
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}
