import type { Author } from '../../../domain/content/index.ts';
import type { Ctx } from '../../../domain/context.ts';
import type { Media } from '../../../domain/media/index.ts';
import type { Markup } from '../render.ts';
import { excerptOf } from './content.tsx';

/** The words and the first file of something that is shared. */
export interface CardContent {
  readonly text: string;
  readonly media?: Media | undefined;
}

/** A page as other services show a link to it. */
export interface SharedCard {
  readonly title: string;
  readonly description: string;
  readonly url: string;
  readonly author: Author;
  readonly media: Media | undefined;
  readonly oEmbedUrl: string;
}

const TITLE_CHARACTERS = 60;
const DESCRIPTION_CHARACTERS = 200;

/** The card of a Jes or a JesClip. Its title is the author's name and the first words, or the kind and the name. */
export function toCard(
  { ports: { webOrigin } }: Ctx,
  path: string,
  of: CardContent & { readonly name: string; readonly author: Author },
): SharedCard {
  const { name, author, text, media } = of;
  const excerpt = excerptOf(text, TITLE_CHARACTERS);
  const url = `${webOrigin}${path}`;
  return {
    title: excerpt === '' ? `A ${name} by ${author.displayName}` : `${author.displayName}: ${excerpt}`,
    description: excerptOf(text, DESCRIPTION_CHARACTERS),
    url,
    author,
    media,
    oEmbedUrl: `${webOrigin}/oembed?url=${encodeURIComponent(url)}`,
  };
}

/** Open Graph (ogp.me), the cards of X, and oEmbed's discovery. */
export function Card({ card }: { readonly card: SharedCard }): Markup {
  const { title, description, url, media, oEmbedUrl } = card;
  const isImage = media?.type === 'image';
  return (
    <>
      <link rel="canonical" href={url} />
      <link rel="alternate" type="application/json+oembed" href={oEmbedUrl} title={title} />
      <meta property="og:site_name" content="Jestha" />
      <meta property="og:type" content={media?.type === 'video' ? 'video.other' : 'article'} />
      <meta property="og:url" content={url} />
      <meta property="og:title" content={title} />
      <meta property="og:description" content={description} />
      <meta name="description" content={description} />
      <meta name="twitter:card" content={isImage ? 'summary_large_image' : 'summary'} />
      {media === undefined ? null : (
        <>
          <meta property={`og:${media.type}`} content={media.url} />
          <meta property={`og:${media.type}:type`} content={media.mimeType} />
          {media.width === null ? null : <meta property={`og:${media.type}:width`} content={String(media.width)} />}
          {media.height === null ? null : <meta property={`og:${media.type}:height`} content={String(media.height)} />}
          {media.alt === null ? null : <meta property={`og:${media.type}:alt`} content={media.alt} />}
        </>
      )}
    </>
  );
}
