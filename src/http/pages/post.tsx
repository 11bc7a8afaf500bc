import { type Jes, type Poll, readPostFor } from '../../domain/posts/index.ts';
import { By, Via } from './components/comments.tsx';
import { MediaFiles } from './components/media-files.tsx';
import { Ago } from './components/time.tsx';
import { permalinkPage } from './permalink.tsx';
import type { Markup } from './render.ts';

function PollResult({ poll, now }: { readonly poll: Poll; readonly now: number }): Markup {
  return (
    <section aria-label="Poll">
      <ul class="poll">
        {poll.options.map(({ text, votes }) => (
          <li>
            <label>
              {text} <span class="muted">{votes}</span>
              <meter min={0} max={Math.max(1, poll.totalVotes)} value={votes} />
            </label>
          </li>
        ))}
      </ul>
      <p class="muted">
        {poll.totalVotes} {poll.totalVotes === 1 ? 'vote' : 'votes'}, {Date.parse(poll.endsAt) > now ? 'ends' : 'ended'}{' '}
        <Ago iso={poll.endsAt} now={now} />
      </p>
    </section>
  );
}

function JesArticle({ jes, now }: { readonly jes: Jes; readonly now: number }): Markup {
  const { author, poll, location, jeHub, linkPreview, bounceOf } = jes;
  return (
    <article class="jes">
      <header>
        <By author={author} />
        {jeHub === null ? null : <span class="muted">in {jeHub.name}</span>}
      </header>
      {jes.content === '' ? null : <p class="content">{jes.content}</p>}
      <MediaFiles files={jes.media} by={author.displayName} />
      {poll === null ? null : <PollResult poll={poll} now={now} />}
      {linkPreview === null ? null : (
        <p>
          <a href={linkPreview.url} rel="nofollow noopener ugc">
            {linkPreview.title ?? linkPreview.url}
          </a>
        </p>
      )}
      {bounceOf === null ? null : <JesArticle jes={bounceOf} now={now} />}
      {jes.bounceOfDeleted === true ? <p class="muted">What this bounced is not there any more.</p> : null}
      <footer>
        <Ago iso={jes.createdAt} now={now} />
        {location === null ? null : <span class="muted">{location.name}</span>}
        {jes.editedAt === null ? null : <span class="muted">edited</span>}
        <Via via={jes.via} />
      </footer>
    </article>
  );
}

/** Where permalinks of Jes point. */
export const getPostPage = permalinkPage({
  kind: 'post',
  name: 'Jes',
  read: readPostFor,
  show: (jes, now) => <JesArticle jes={jes} now={now} />,
});
