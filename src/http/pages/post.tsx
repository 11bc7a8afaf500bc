import { type Comment, type CommentPage, listCommentsFor } from '../../domain/comments/index.ts';
import { type Author, type Jes, type Poll, readPostFor } from '../../domain/posts/index.ts';
import { Refused } from '../../domain/refusal.ts';
import type { Person } from '../endpoint.ts';
import { Ago } from './components/time.tsx';
import { Layout } from './layout.tsx';
import type { PublicPage } from './page.ts';
import { type Markup, render } from './render.ts';

function By({ author }: { readonly author: Author }): Markup {
  return (
    <>
      <strong>{author.displayName}</strong> <span class="muted">@{author.username}</span>
    </>
  );
}

/** What a Jes or a comment was written with; nothing where its author wrote it here. */
function Via({ via }: { readonly via: Jes['via'] }): Markup | null {
  return via === null ? null : <span class="via">via {via.label}</span>;
}

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

function CommentItem({ comment, now }: { readonly comment: Comment; readonly now: number }): Markup {
  return (
    <li class={comment.parentId === null ? undefined : 'reply'}>
      <By author={comment.author} /> <Ago iso={comment.createdAt} now={now} /> <Via via={comment.via} />
      <p>{comment.content}</p>
    </li>
  );
}

function Comments(props: { readonly id: string; readonly page: CommentPage; readonly now: number }): Markup {
  const { id, page, now } = props;
  return (
    <section aria-labelledby="comments">
      <h2 id="comments">Comments</h2>
      {page.comments.length === 0 ? (
        <p class="muted">None here yet.</p>
      ) : (
        <ol class="comments">
          {page.comments.map((comment) => (
            <CommentItem comment={comment} now={now} />
          ))}
        </ol>
      )}
      {page.nextCursor === null ? null : (
        <p>
          <a href={`/post/${id}?cursor=${encodeURIComponent(page.nextCursor)}`}>Later comments</a>
        </p>
      )}
    </section>
  );
}

function PostPage(props: {
  readonly viewer: Person | undefined;
  readonly jes: Jes;
  readonly comments: CommentPage;
  readonly now: number;
}): Markup {
  const { viewer, jes, comments, now } = props;
  const title = `${jes.author.displayName} on Jestha`;
  return (
    <Layout title={title} viewer={viewer}>
      <section class="narrow">
        <h1 class="visually-hidden">{title}</h1>
        <JesArticle jes={jes} now={now} />
        <Comments id={jes.id} page={comments} now={now} />
      </section>
    </Layout>
  );
}

function MissingPage({ viewer }: { readonly viewer: Person | undefined }): Markup {
  return (
    <Layout title="No such Jes" viewer={viewer}>
      <section class="narrow">
        <h1>No such Jes</h1>
        <p>It was deleted, it never was, or it is not for everybody.</p>
        {viewer ? null : (
          <p>
            <a href="/sign-in">Sign in</a> to see what is shared with you.
          </p>
        )}
      </section>
    </Layout>
  );
}

/** Where permalinks point. */
export const getPostPage: PublicPage = {
  method: 'GET',
  path: '/post/:id',
  access: 'public',
  async answer(exchange, viewer) {
    const { ctx, c } = exchange;
    const id = c.req.param('id') ?? '';
    const viewerId = viewer?.owner.id ?? null;
    const cursor = c.req.query('cursor');
    try {
      const [jes, comments] = await Promise.all([
        readPostFor(ctx, viewerId, id),
        listCommentsFor(ctx, viewerId, { kind: 'post', id }, cursor === undefined ? {} : { cursor }),
      ]);
      return await render(exchange, 200, <PostPage viewer={viewer} jes={jes} comments={comments} now={ctx.now} />);
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.code !== 'not_found') throw error;
      return await render(exchange, 404, <MissingPage viewer={viewer} />);
    }
  },
};
