import { decodeHTML, decodeHTMLAttribute } from 'entities/decode';
import { PREVIEW_DESCRIPTION_MAX_CHARACTERS, PREVIEW_TITLE_MAX_CHARACTERS } from '../../config/limits.ts';
import type { LinkPreview } from '../posts/index.ts';
import { isPublicUrl } from '../public-url.ts';
import { hasVisibleText } from '../text.ts';

/** The places of each text in a page, the best first (Open Graph, Twitter cards, HTML). */
const SOURCES = {
  title: ['og:title', 'twitter:title', 'title'],
  description: ['og:description', 'twitter:description', 'description'],
  image: ['og:image:secure_url', 'og:image', 'twitter:image'],
  siteName: ['og:site_name', 'application-name'],
} as const;

/** The preview that a page gives of itself. The URL of a preview is that of the Jes. */
export type PagePreview = Omit<LinkPreview, 'url'>;

/**
 * Reads the preview that a page gives of itself.
 *
 * @param base the address of the page, to which its addresses are relative
 * @returns null if it has no preview
 */
export async function parsePreview(html: string, base: string): Promise<PagePreview | null> {
  const said = await collect(html);
  const first = (names: readonly string[], max: number) => {
    for (const name of names) {
      const text = clean(said.get(name) ?? '', max);
      if (hasVisibleText(text)) return text;
    }
    return null;
  };
  const title = first(SOURCES.title, PREVIEW_TITLE_MAX_CHARACTERS);
  const description = first(SOURCES.description, PREVIEW_DESCRIPTION_MAX_CHARACTERS);
  const image = imageOf(said, base);
  if (title === null && description === null && image === null) return null;
  const siteName = first(SOURCES.siteName, PREVIEW_TITLE_MAX_CHARACTERS);
  return { title, description, image, siteName };
}

/**
 * The first of each `<meta>`, and the first `<title>` (pictures in the page may have others). HTMLRewriter gives both
 * as they are written, character references and all; in an attribute `&copy=` is no reference.
 */
async function collect(html: string): Promise<Map<string, string>> {
  const said = new Map<string, string>();
  let title = '';
  let titles = 0;
  const rewriter = new HTMLRewriter()
    .on('meta[content]', {
      element(meta) {
        const name = (meta.getAttribute('property') ?? meta.getAttribute('name') ?? '').toLowerCase();
        if (!said.has(name)) said.set(name, decodeHTMLAttribute(meta.getAttribute('content') ?? ''));
      },
    })
    .on('title', {
      element() {
        titles += 1;
      },
      text(chunk) {
        if (titles === 1) title += chunk.text;
      },
    });
  await rewriter.transform(new Response(html)).arrayBuffer();
  said.set('title', decodeHTML(title));
  return said;
}

function imageOf(said: ReadonlyMap<string, string>, base: string): string | null {
  for (const name of SOURCES.image) {
    const text = said.get(name)?.trim() ?? '';
    const url = text !== '' && URL.canParse(text, base) ? new URL(text, base).href : '';
    if (isPublicUrl(url)) return url;
  }
  return null;
}

/** One line of text: white space and control characters as one space, cut to so many characters. */
function clean(written: string, max: number): string {
  const text = written
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}
