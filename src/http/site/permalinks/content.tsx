import { segmentsOf } from '../../../domain/content/index.ts';
import type { Markup } from '../render.ts';

/**
 * The words of a Jes, a caption or a comment, with its links. Hashtags are marked; a mention leads to the page of an
 * account that exists.
 *
 * @param props.mentions usernames that are accounts
 */
export function Content(props: { readonly text: string; readonly mentions: readonly string[] }): Markup | null {
  const { text, mentions } = props;
  if (text === '') return null;
  return (
    <p class="content" dir="auto">
      {segmentsOf(text).map(({ kind, text: words, target }) => {
        if (kind === 'url') {
          return (
            <a href={target} rel="nofollow noopener ugc">
              {words}
            </a>
          );
        }
        if (kind === 'mention' && target !== undefined && mentions.includes(target)) {
          return <a href={`/@${target}`}>{words}</a>;
        }
        return kind === 'hashtag' ? <span class="hashtag">{words}</span> : words;
      })}
    </p>
  );
}

/** The first words of a text, on one line. */
export function excerptOf(text: string, characters: number): string {
  const words = text.replaceAll(/\s+/g, ' ').trim();
  const all = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(words)];
  if (all.length <= characters) return words;
  return `${all
    .slice(0, characters)
    .map(({ segment }) => segment)
    .join('')
    .trimEnd()}…`;
}
