import type { Child } from 'hono/jsx';
import { CONTACT_EMAIL } from '../../config/contact.ts';
import type { Person } from '../api/endpoint.ts';
import { addressOf } from '../assets/files.ts';
import type { Markup } from './render.ts';

const FOOTER_LINKS = [
  ['/docs', 'API documentation'],
  ['/status', 'Status'],
  ['/terms/developers', 'Developer terms'],
  ['/privacy', 'Privacy'],
  ['/report-key', 'Report a leaked key'],
  [`mailto:${CONTACT_EMAIL}`, 'Contact'],
] as const;

/** The frame of every page. */
export function Layout(props: {
  readonly title: string;
  readonly viewer?: Pick<Person, 'owner'> | undefined;
  /** The section of the page in the navigation. */
  readonly section?: 'api-access' | 'account' | undefined;
  /** Replaces the part of the navigation that depends on the viewer, for a page without a viewer. */
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
        <link rel="stylesheet" href={addressOf('site.css')} />
        <link rel="icon" href={addressOf('icon.svg')} type="image/svg+xml" />
        <script src={addressOf('jestha.js')} defer></script>
        {head}
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header class="site">
          <nav class="container" aria-label="Jestha">
            <a class="brand" href="/">
              <img src={addressOf('icon.svg')} alt="" width="24" height="24" />
              Jestha
            </a>
            {nav ?? <ViewerLinks viewer={viewer} section={section} />}
          </nav>
        </header>
        <main id="content" class="container">
          {children}
        </main>
        <footer class="site">
          <ul class="container">
            {FOOTER_LINKS.map(([href, text]) => (
              <li>
                <a href={href}>{text}</a>
              </li>
            ))}
          </ul>
        </footer>
      </body>
    </html>
  );
}

/** Links of a page that looks up no session. A signed-in reader is redirected from the sign-in page. */
export const VISITOR_LINKS = (
  <ul>
    <li>
      <a href="/docs">Docs</a>
    </li>
    <li>
      <a href="/sign-in">Sign in</a>
    </li>
    <li>
      <a href="/sign-up">Sign up</a>
    </li>
  </ul>
);

/** The links of a signed-in person, or those to sign in. */
function ViewerLinks({ viewer, section }: Pick<Parameters<typeof Layout>[0], 'viewer' | 'section'>): Markup {
  if (!viewer) return VISITOR_LINKS;
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
      <li>
        <a href="/docs">Docs</a>
      </li>
      <li class="who">@{viewer.owner.username}</li>
      <li>
        <SignOutButton />
      </li>
    </ul>
  );
}

/** A form, because a link would sign out by GET, which any page can make a browser send. */
export function SignOutButton(): Markup {
  return (
    <form method="post" action="/sign-out">
      <button type="submit" class="quiet">
        Sign out
      </button>
    </form>
  );
}
