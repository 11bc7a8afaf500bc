import type { Comment, CommentPage } from '../../../domain/comments/index.ts';
import type { Author } from '../../../domain/posts/index.ts';
import type { Markup } from '../render.ts';
import { Ago } from './time.tsx';

export function By({ author }: { readonly author: Author }): Markup {
  return (
    <>
      <strong>
        <bdi>{author.displayName}</bdi>
      </strong>{' '}
      <span class="muted">@{author.username}</span>
    </>
  );
}

/** What a Jes, a JesClip or a comment was written with; nothing where its author wrote it here. */
export function Via({ via }: { readonly via: Comment['via'] }): Markup | null {
  return via === null ? null : (
    <span class="via">
      via <bdi>{via.label}</bdi>
    </span>
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

/** @param props.path of the page they are on */
export function Comments(props: { readonly path: string; readonly page: CommentPage; readonly now: number }): Markup {
  const { path, page, now } = props;
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
          <a href={`${path}?cursor=${encodeURIComponent(page.nextCursor)}`}>Later comments</a>
        </p>
      )}
    </section>
  );
}
