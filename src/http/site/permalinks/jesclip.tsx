import { type JesClip, readJesClipFor } from '../../../domain/jesclips/index.ts';
import { Ago } from '../components/time.tsx';
import type { Markup } from '../render.ts';
import { By, Via } from './comments.tsx';
import { Content } from './content.tsx';
import { MediaFiles } from './media-files.tsx';
import { permalinkPage } from './permalink.tsx';

function JesClipArticle({ clip, now }: { readonly clip: JesClip; readonly now: number }): Markup {
  const { video, caption, author } = clip;
  return (
    <article class="jes">
      <header>
        <By author={author} />
      </header>
      <MediaFiles files={[video]} by={author.displayName} />
      <Content text={caption} mentions={clip.mentions.map(({ username }) => username)} />
      <footer>
        <Ago iso={clip.createdAt} now={now} />
        {clip.editedAt === null ? null : <span class="muted">edited</span>}
        <Via via={clip.via} />
      </footer>
    </article>
  );
}

/** The page of the permalink of a JesClip. */
export const getJesClipPage = permalinkPage({
  kind: 'jesclip',
  name: 'JesClip',
  read: readJesClipFor,
  show: (clip, now) => <JesClipArticle clip={clip} now={now} />,
  cardOf: (clip) => ({ text: clip.caption, media: clip.video }),
});
