import type { Child } from 'hono/jsx';
import {
  ACTIVE_KEYS_PER_ACCOUNT,
  AUDIT_LOG_KEPT_MS,
  DAY_MS,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
  TERMS_VERSION,
} from '../../config/limits.ts';
import { grouped } from '../../lib/grouped.ts';
import type { Person } from '../api/endpoint.ts';
import { Layout } from './layout.tsx';
import type { PublicPage } from './page.ts';
import { type Markup, render } from './render.ts';

function LegalPage(props: {
  readonly title: string;
  readonly viewer: Person | undefined;
  readonly children: Child;
}): Markup {
  const { title, viewer, children } = props;
  return (
    <Layout title={title} viewer={viewer}>
      <section class="narrow">
        <h1>{title}</h1>
        <p class="muted">Version of {TERMS_VERSION}. A draft in plain words, to be reviewed by counsel.</p>
        {children}
      </section>
    </Layout>
  );
}

function DeveloperTerms({ viewer }: { readonly viewer: Person | undefined }): Markup {
  return (
    <LegalPage title="Developer terms" viewer={viewer}>
      <p>These terms apply to each API key that you generate, and to the services that you give it to.</p>
      <h2>Your keys</h2>
      <ul>
        <li>A key acts as you. You are responsible for what is done with it.</li>
        <li>Keep keys secret: not in code that others read, in a browser or in an app that you hand out.</li>
        <li>Revoke a key at once when somebody else may have it, and when you no longer need it.</li>
        <li>Give a key the scopes and addresses that its service needs, and no more.</li>
      </ul>
      <h2>Your service</h2>
      <ul>
        <li>Post for a person only what that person asked for. Say that it was posted by your service.</li>
        <li>Do not send spam, follow or like in bulk, or collect people's data for another purpose.</li>
        <li>Delete what you keep of a person's data when the person asks, and when the key ends.</li>
        <li>Respect the limits: do not spread one service over several accounts to get around them.</li>
      </ul>
      <h2>Limits</h2>
      <p>
        {REQUESTS_PER_MINUTE} requests a minute and {grouped(REQUESTS_PER_DAY)} in 24 hours per key, and at most{' '}
        {ACTIVE_KEYS_PER_ACCOUNT} active keys per account. The <a href="/docs/limits">reference</a> lists all limits.
      </p>
      <h2>What we may do</h2>
      <ul>
        <li>We revoke keys that are found in public, and tell you by mail.</li>
        <li>We may suspend an account that breaks these terms or harms others.</li>
        <li>
          We announce changes of these terms by mail before they apply. Keys that exist keep the version they accepted.
        </li>
      </ul>
    </LegalPage>
  );
}

function Privacy({ viewer }: { readonly viewer: Person | undefined }): Markup {
  return (
    <LegalPage title="Privacy" viewer={viewer}>
      <h2>What we keep</h2>
      <ul>
        <li>Your account: name, username, email address, and a hash of your password.</li>
        <li>What you and your services post, with images and videos. We remove place, time and camera from files.</li>
        <li>Of each API key a hash, never the key; its label, scopes and allowed addresses.</li>
        <li>
          Of each use of a key the last time and address, counts by the hour for 32 days, and a history of important
          events for {Math.round(AUDIT_LOG_KEPT_MS / DAY_MS)} days.
        </li>
        <li>Your sessions, with browser and address, until they end.</li>
      </ul>
      <h2>Who receives it</h2>
      <ul>
        <li>Cloudflare, Neon and Upstash run and store the service for us; Resend delivers our mails.</li>
        <li>Webhook endpoints receive what you do, if you added them.</li>
        <li>Nobody else, unless the law demands it. We sell nothing and show no advertising.</li>
      </ul>
      <h2>Your rights</h2>
      <p>
        <a href="/settings/account">Settings → Account</a> has a download of your data, and deletes your account: after
        a week for good.
      </p>
    </LegalPage>
  );
}

/** The terms that a person accepts with each new key. */
export const getDeveloperTerms: PublicPage = {
  method: 'GET',
  path: '/terms/developers',
  access: 'public',
  handle: (context, viewer) => render(context, 200, <DeveloperTerms viewer={viewer} />),
};

/** The data that we keep of people and callers, and for how long. */
export const getPrivacy: PublicPage = {
  method: 'GET',
  path: '/privacy',
  access: 'public',
  handle: (context, viewer) => render(context, 200, <Privacy viewer={viewer} />),
};
