import type { Comment, CommentPage } from '../../../domain/comments/index.ts';
import type { Author } from '../../../domain/content/index.ts';
import { Ago } from '../components/time.tsx';
import type { Markup } from '../render.ts';
import { Content } from './content.tsx';

/** The author's name in a `bdi`: letters that run from right to left must not reorder the line. */
export function By({ author }: { readonly author: Author }): Markup {
  return (
    <>
      <strong>
        <bdi>{author.displayName}</bdi>
      </strong>{' '}
      <a class="muted" href={`/@${author.username}`}>
        @{author.username}
      </a>
    </>
  );
}

/** The label of the key that wrote a Jes, a JesClip or a comment; nothing if its author wrote it here. */
export function Via({ via }: { readonly via: Comment['via'] }): Markup | null {
  return via === null ? null : (
    <span class="via">
      via <bdi>{via.label}</bdi>
    </span>
  );
}

function CommentItem({ comment, now }: { readonly comment: Comment; readonly now: number }): Markup {
  return (
    <li id={`comment-${comment.id}`} class={comment.parentId === null ? undefined : 'reply'}>
      <By author={comment.author} />{' '}
      <a class="quiet" href={`#comment-${comment.id}`}>
        <Ago iso={comment.createdAt} now={now} />
      </a>{' '}
      <Via via={comment.via} />
      <Content text={comment.content} mentions={[]} />
    </li>
  );
}

/**
 * @param props.path of the page they are on
 * @param props.isFirst the page begins with the first comment
 */
export function Comments(props: {
  readonly path: string;
  readonly page: CommentPage;
  readonly isFirst: boolean;
  readonly now: number;
}): Markup {
  const { path, page, isFirst, now } = props;
  return (
    <section aria-labelledby="comments">
      <h2 id="comments">Comments</h2>
      {isFirst ? null : (
        <p>
          <a href={`${path}#comments`}>Back to the first comments</a>
        </p>
      )}
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
