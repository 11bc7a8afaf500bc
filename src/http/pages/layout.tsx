import type { Child } from 'hono/jsx';
import type { Person } from '../endpoint.ts';
import type { Markup } from './render.ts';

/** What stands around every page. */
export function Layout(props: {
  readonly title: string;
  readonly viewer?: Pick<Person, 'owner'> | undefined;
  /** Where the page belongs in the navigation. */
  readonly section?: 'api-access' | 'account' | undefined;
  /** In place of what the navigation says of the viewer, on a page that knows none. */
  readonly nav?: Child;
  /** Styles and scripts of its own. */
  readonly head?: Child;
  readonly children: Child;
}): Markup {
  const { title, viewer, section, nav, head, children } = props;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Jestha`}</title>
        <link rel="stylesheet" href="/assets/pico.css" />
        <link rel="stylesheet" href="/assets/jestha.css" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <script src="/assets/jestha.js" defer></script>
        {head}
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header class="site">
          <nav class="container" aria-label="Jestha">
            <a class="brand" href={viewer ? '/settings/api-access' : nav === undefined ? '/sign-in' : '/'}>
              Jestha
            </a>
            {nav ?? <Standing viewer={viewer} section={section} />}
          </nav>
        </header>
        <main id="content" class="container">
          {children}
        </main>
        <footer class="site container">
          <ul>
            <li>
              <a href="/docs">API documentation</a>
            </li>
            <li>
              <a href="/terms/developers">Developer terms</a>
            </li>
            <li>
              <a href="/privacy">Privacy</a>
            </li>
            <li>
              <a href="/report-key">Report a leaked key</a>
            </li>
          </ul>
        </footer>
      </body>
    </html>
  );
}

/** Who is signed in, or how to. */
function Standing({ viewer, section }: Pick<Parameters<typeof Layout>[0], 'viewer' | 'section'>): Markup {
  if (!viewer) {
    return (
      <ul>
        <li>
          <a href="/sign-in">Sign in</a>
        </li>
        <li>
          <a href="/sign-up">Sign up</a>
        </li>
      </ul>
    );
  }
  return (
    <ul>
      <li>
        <a href="/settings/api-access" aria-current={section === 'api-access' ? 'page' : undefined}>
          API access
        </a>
      </li>
      <li>
        <a href="/settings/account" aria-current={section === 'account' ? 'page' : undefined}>
          Account
        </a>
      </li>
      <li class="who">@{viewer.owner.username}</li>
      <li>
        <SignOutButton />
      </li>
    </ul>
  );
}

export function SignOutButton(): Markup {
  return (
    <form method="post" action="/sign-out">
      <button type="submit" class="quiet">
        Sign out
      </button>
    </form>
  );
}
