import { stopWarnings } from '../../domain/key-mails/index.ts';
import type { Person } from '../api/endpoint.ts';
import { Layout } from './layout.tsx';
import type { PublicPage } from './page.ts';
import { type Markup, render } from './render.ts';

const TITLE = 'Stop mails about your API keys';

function AskPage({ token, viewer }: { readonly token: string; readonly viewer: Person | undefined }): Markup {
  return (
    <Layout title={TITLE} viewer={viewer}>
      <section class="narrow">
        <h1>{TITLE}</h1>
        <p>
          You will get no more mails before an API key expires, when it has expired, and when its allowlist refuses many
          requests. Mails that keep your account safe still come.
        </p>
        <form method="post" action={`/unsubscribe?token=${encodeURIComponent(token)}`}>
          <button type="submit">Stop these mails</button>
        </form>
      </section>
    </Layout>
  );
}

function DonePage({ isDone, viewer }: { readonly isDone: boolean; readonly viewer: Person | undefined }): Markup {
  const title = isDone ? 'These mails have stopped' : 'This link does not work';
  return (
    <Layout title={title} viewer={viewer}>
      <section class="narrow">
        <h1>{title}</h1>
        <p>
          {isDone ? 'You can switch them on again in ' : 'Part of it is missing. You can switch these emails off in '}
          <a href="/settings/api-access">API access</a>.
        </p>
      </section>
    </Layout>
  );
}

/** Shows a button and looks nothing up: mail scanners open links, with GET and HEAD, before people do. */
export const getUnsubscribe: PublicPage = {
  method: 'GET',
  path: '/unsubscribe',
  access: 'public',
  handle: (context, viewer) =>
    render(context, 200, <AskPage token={context.c.req.query('token') ?? ''} viewer={viewer} />),
};

/** The button, and the one click of a mail program (RFC 8058), which sends a form that we need not read. */
export const postUnsubscribe: PublicPage = {
  method: 'POST',
  path: '/unsubscribe',
  access: 'public',
  async handle(context, viewer) {
    const isDone = await stopWarnings(context.ctx, context.c.req.query('token') ?? '');
    return await render(context, isDone ? 200 : 400, <DonePage isDone={isDone} viewer={viewer} />);
  },
};
