import { type PublicProfile, readPublicProfile } from '../../../domain/accounts/index.ts';
import { ApiError } from '../../../domain/api-error.ts';
import { readForVisitors } from '../../../domain/content/index.ts';
import { grouped } from '../../../lib/grouped.ts';
import type { Person } from '../../api/endpoint.ts';
import { pathParam } from '../../request/path-param.ts';
import { Layout } from '../layout.tsx';
import type { PublicPage } from '../page.ts';
import { type Markup, render } from '../render.ts';
import { Content } from './content.tsx';

function ProfilePage({
  profile,
  viewer,
}: {
  readonly profile: PublicProfile;
  readonly viewer: Person | undefined;
}): Markup {
  const { displayName, username, verified, isPrivate, bio, totals } = profile;
  return (
    <Layout title={`${displayName} (@${username})`} viewer={viewer}>
      <section class="narrow">
        <h1>
          <bdi>{displayName}</bdi>
        </h1>
        <p class="muted">
          @{username}
          {verified ? ' · verified' : ''}
        </p>
        {isPrivate ? <p>This account is private.</p> : null}
        {bio === null ? null : <Content text={bio} mentions={[]} />}
        {totals === null ? null : (
          <dl class="facts">
            <Total name="Jes" total={totals.posts} />
            <Total name="Followers" total={totals.followers} />
            <Total name="Following" total={totals.following} />
          </dl>
        )}
      </section>
    </Layout>
  );
}

function Total({ name, total }: { readonly name: string; readonly total: number }): Markup {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{grouped(total)}</dd>
    </div>
  );
}

function NoSuchAccount({
  username,
  viewer,
}: {
  readonly username: string;
  readonly viewer: Person | undefined;
}): Markup {
  return (
    <Layout title="No such account" viewer={viewer}>
      <section class="narrow">
        <h1>No such account</h1>
        <p>No account has the username @{username}.</p>
      </section>
    </Layout>
  );
}

/** A small public page, to which mentions link. */
export const getProfile: PublicPage = {
  method: 'GET',
  path: '/:handle{@[A-Za-z0-9_]{3,30}}',
  access: 'public',
  async handle(context, viewer) {
    const { ctx, c } = context;
    const username = pathParam(c.req, 'handle').slice(1).toLowerCase();
    const path = `/@${username}`;
    try {
      const kept = await ctx.ports.publicCache.find(path);
      const profile = await readForVisitors(ctx, path, kept, () => readPublicProfile(ctx, username));
      return await render(context, 200, <ProfilePage profile={profile} viewer={viewer} />);
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason.code !== 'not_found') throw error;
      return await render(context, 404, <NoSuchAccount username={username} viewer={viewer} />);
    }
  },
};
