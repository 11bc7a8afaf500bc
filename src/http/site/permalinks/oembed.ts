import { ApiError, invalidField } from '../../../domain/api-error.ts';
import { readForVisitors } from '../../../domain/content/index.ts';
import type { Ctx } from '../../../domain/context.ts';
import { readJesClipFor } from '../../../domain/jesclips/index.ts';
import { readPostFor } from '../../../domain/posts/index.ts';
import { reply } from '../../response/reply.ts';
import type { Asset } from '../page.ts';
import { type CardContent, type SharedCard, toCard } from './card.tsx';
import { jesCardContent } from './post.tsx';

const CACHE_AGE_S = 300;

/** oEmbed 1.0 (oembed.com) for public permalinks. None of our pages may be framed, so it is a link with a picture. */
export const getOEmbed: Asset = {
  method: 'GET',
  path: '/oembed',
  access: 'asset',
  async handle(context) {
    const { c, ctx } = context;
    const { url = '', format = 'json' } = c.req.query();
    if (format !== 'json') throw invalidField('format', 'must be json');
    return reply(context, 200, toOEmbed(await readCard(ctx, url), ctx.ports.webOrigin), {
      'Access-Control-Allow-Origin': '*',
    });
  },
};

async function readCard(ctx: Ctx, address: string): Promise<SharedCard> {
  const { webOrigin } = ctx.ports;
  const url = URL.parse(address);
  if (url?.origin !== new URL(webOrigin).origin)
    throw invalidField('url', `must be a permalink that begins with ${webOrigin}/`);
  const [, kind, id] = /^\/(post|jesclip)\/([0-9A-Z]{26})$/.exec(url.pathname) ?? [];
  if (id === undefined) throw new ApiError({ code: 'not_found' });
  const kept = await ctx.ports.publicCache.find(url.pathname);
  if (kind === 'post') {
    const jes = await readForVisitors(ctx, url.pathname, kept, () => readPostFor(ctx, null, id));
    return toCard(ctx, url.pathname, { name: 'Jes', author: jes.author, ...jesCardContent(jes) });
  }
  const clip = await readForVisitors(ctx, url.pathname, kept, () => readJesClipFor(ctx, null, id));
  const content: CardContent = { text: clip.caption, media: clip.video };
  return toCard(ctx, url.pathname, { name: 'JesClip', author: clip.author, ...content });
}

function toOEmbed({ title, author, media }: SharedCard, webOrigin: string) {
  // The three fields of a thumbnail come together or not at all.
  const hasThumbnail = media?.type === 'image' && media.width !== null && media.height !== null;
  return {
    type: 'link',
    version: '1.0',
    title,
    author_name: author.displayName,
    author_url: `${webOrigin}/@${author.username}`,
    provider_name: 'Jestha',
    provider_url: webOrigin,
    cache_age: CACHE_AGE_S,
    ...(hasThumbnail && { thumbnail_url: media.url, thumbnail_width: media.width, thumbnail_height: media.height }),
  };
}
