import { ApiError } from '../../../domain/api-error.ts';
import { listCommentsFor, type Subject } from '../../../domain/comments/index.ts';
import { type Author, readForVisitors } from '../../../domain/content/index.ts';
import type { Ctx } from '../../../domain/context.ts';
import { isId } from '../../../lib/id.ts';
import type { Person } from '../../api/endpoint.ts';
import { pathParam } from '../../request/path-param.ts';
import { Layout } from '../layout.tsx';
import { withNext } from '../next-path.ts';
import type { PublicPage } from '../page.ts';
import { type Markup, render } from '../render.ts';
import { Card, type CardContent, toCard } from './card.tsx';
import { Comments } from './comments.tsx';

/** The page that permalinks of a kind point to: a Jes or a JesClip, and the comments on it. */
export function permalinkPage<T extends { readonly id: string; readonly author: Author }>(of: {
  readonly kind: Subject['kind'];
  /** The word for it in texts. */
  readonly name: string;
  readonly read: (ctx: Ctx, viewerId: string | null, id: string) => Promise<T>;
  readonly show: (shown: T, now: number) => Markup;
  readonly cardOf: (shown: T) => CardContent;
}): PublicPage {
  const { kind, name, read, show, cardOf } = of;
  const readAsVisitor = async (ctx: Ctx, id: string) => {
    if (!isId(id)) throw new ApiError({ code: 'not_found' });
    const path = `/${kind}/${id}`;
    return await readForVisitors(ctx, path, await ctx.ports.publicCache.find(path), () => read(ctx, null, id));
  };
  return {
    method: 'GET',
    path: `/${kind}/:id`,
    access: 'public',
    async handle(context, viewer) {
      const { ctx, c } = context;
      const id = pathParam(c.req, 'id');
      const viewerId = viewer?.owner.id ?? null;
      const cursor = c.req.query('cursor');
      try {
        // In this order: a thing that does not exist costs no look-up of comments.
        const shown = await (viewerId === null ? readAsVisitor(ctx, id) : read(ctx, viewerId, id));
        const comments = await listCommentsFor(ctx, viewerId, { kind, id }, cursor === undefined ? {} : { cursor });
        const card = toCard(ctx, `/${kind}/${shown.id}`, { name, author: shown.author, ...cardOf(shown) });
        const { title } = card;
        const page = (
          // To visitors alone: so do crawlers come, and for them it is public.
          <Layout title={title} viewer={viewer} head={viewer ? undefined : <Card card={card} />}>
            <section class="narrow">
              <h1 class="visually-hidden">{title}</h1>
              {show(shown, ctx.now)}
              <Comments path={`/${kind}/${shown.id}`} page={comments} isFirst={cursor === undefined} now={ctx.now} />
            </section>
          </Layout>
        );
        return await render(context, 200, page);
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason.code !== 'not_found') throw error;
        return await render(context, 404, <Missing name={name} viewer={viewer} path={c.req.path} />);
      }
    },
  };
}

function Missing(props: { readonly name: string; readonly viewer: Person | undefined; readonly path: string }): Markup {
  const { name, viewer, path } = props;
  return (
    <Layout title={`No such ${name}`} viewer={viewer}>
      <section class="narrow">
        <h1>No such {name}</h1>
        <p>It was deleted, it never existed, or it is not public.</p>
        {viewer ? null : (
          <p>
            <a href={withNext('/sign-in', path)}>Sign in</a> to see what is shared with you.
          </p>
        )}
      </section>
    </Layout>
  );
}
