import { type Jes, type LinkPreview, type Poll, readPostFor } from '../../../domain/posts/index.ts';
import { Ago } from '../components/time.tsx';
import type { Markup } from '../render.ts';
import type { CardContent } from './card.tsx';
import { By, Via } from './comments.tsx';
import { Content } from './content.tsx';
import { MediaFiles } from './media-files.tsx';
import { permalinkPage } from './permalink.tsx';

const VISIBILITY = { PUBLIC: 'Public', FOLLOWERS: 'For followers', PRIVATE: 'Private' } as const;

const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

function PollResult({ poll, now }: { readonly poll: Poll; readonly now: number }): Markup {
  const percent = (votes: number) => (poll.totalVotes === 0 ? 0 : Math.round((votes / poll.totalVotes) * 100));
  return (
    <section aria-label="Poll">
      <ul class="poll">
        {poll.options.map(({ text, votes }) => (
          <li>
            <label>
              <bdi>{text}</bdi>{' '}
              <span class="muted">
                {percent(votes)} % ({counted(votes, 'vote')})
              </span>
              <meter min={0} max={Math.max(1, poll.totalVotes)} value={votes} />
            </label>
          </li>
        ))}
      </ul>
      <p class="muted">
        {counted(poll.totalVotes, 'vote')}, {Date.parse(poll.endsAt) > now ? 'ends' : 'ended'}{' '}
        <Ago iso={poll.endsAt} now={now} />
      </p>
    </section>
  );
}

/**
 * The page behind a link, as it describes itself. Its image is not shown: loading it would tell that site who reads
 * this.
 */
function PreviewCard({ preview }: { readonly preview: LinkPreview }): Markup {
  const { url, title, description, siteName } = preview;
  return (
    <a class="preview" href={url} rel="nofollow noopener ugc" dir="auto">
      <span class="muted">{siteName ?? new URL(url).host}</span>
      <strong>{title ?? url}</strong>
      {description === null ? null : <span>{description}</span>}
    </a>
  );
}

function Counts({ counts }: { readonly counts: NonNullable<Jes['counts']> }): Markup {
  const { likes, comments, bounces } = counts;
  return (
    <p class="counts muted">
      {counted(likes, 'like')} · {counted(comments, 'comment')} · {counted(bounces, 'bounce')}
    </p>
  );
}

/** @param props.isBounced it stands within the Jes that bounces it */
function JesArticle(props: { readonly jes: Jes; readonly now: number; readonly isBounced?: boolean }): Markup {
  const { jes, now, isBounced = false } = props;
  const { author, poll, location, jeHub, linkPreview, bounceOf } = jes;
  const isBounce = bounceOf !== null || jes.bounceOfDeleted === true;
  return (
    <article class="jes">
      <header>
        <By author={author} />
        {isBounce ? <span class="muted">{jes.content === '' ? 'bounced' : 'quoted'}</span> : null}
        {jeHub === null ? null : <span class="muted">in {jeHub.name}</span>}
      </header>
      <Content text={jes.content} mentions={jes.mentions.map(({ username }) => username)} />
      <MediaFiles files={jes.media} by={author.displayName} />
      {poll === null ? null : <PollResult poll={poll} now={now} />}
      {linkPreview === null ? null : <PreviewCard preview={linkPreview} />}
      {bounceOf === null ? null : <JesArticle jes={bounceOf} now={now} isBounced />}
      {jes.bounceOfDeleted === true ? <p class="muted">The bounced Jes was deleted, or you may not see it.</p> : null}
      {isBounced || jes.counts === undefined ? null : <Counts counts={jes.counts} />}
      <footer>
        <a class="quiet" href={`/post/${jes.id}`}>
          <Ago iso={jes.createdAt} now={now} />
        </a>
        <span class="muted">{VISIBILITY[jes.visibility]}</span>
        {location === null ? null : <span class="muted">{location.name}</span>}
        {jes.editedAt === null ? null : <span class="muted">edited</span>}
        <Via via={jes.via} />
      </footer>
    </article>
  );
}

/** A plain bounce has no words of its own: its card is that of the bounced Jes. */
export function jesCardContent(jes: Jes): CardContent {
  const shown = jes.content === '' && jes.bounceOf !== null ? jes.bounceOf : jes;
  return { text: shown.content, media: shown.media[0] };
}

/** The page of the permalink of a Jes. */
export const getPostPage = permalinkPage({
  kind: 'post',
  name: 'Jes',
  read: readPostFor,
  show: (jes, now) => <JesArticle jes={jes} now={now} />,
  cardOf: jesCardContent,
});
