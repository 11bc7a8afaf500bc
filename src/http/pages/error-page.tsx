import { ERRORS } from '../../config/errors.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Exchange } from '../exchange.ts';
import { answerTo } from '../problem.ts';
import { Layout, SignOutButton } from './layout.tsx';
import { type Markup, render } from './render.ts';
import { sentenceOf } from './sentence.ts';

/** Codes after which the same page works again. */
const PASSING: readonly string[] = [
  'service_unavailable',
  'rate_limit_exceeded',
  'daily_quota_exceeded',
  'internal_error',
];

/** The one way a refusal becomes a page. */
export function errorPage(exchange: Exchange, refusal: Refusal): Promise<Response> {
  const { status, title } = ERRORS[refusal.code];
  exchange.refusal = refusal;
  const { authentication } = exchange;
  const isPerson = authentication?.outcome === 'admitted' && authentication.actor.type === 'session';
  // While sessions cannot be read, nobody is signed out: the header says nothing of the viewer.
  const isUnknown = !isPerson && refusal.code === 'service_unavailable';
  const page = (
    <Layout title={title} viewer={isPerson ? authentication : undefined} nav={isUnknown ? <span></span> : undefined}>
      <section class="narrow">
        <h1>{title}</h1>
        <p>{sentenceOf(refusal)}</p>
        <NextStep exchange={exchange} refusal={refusal} />
        <p class="muted">
          Request <code>{exchange.ctx.requestId}</code>
        </p>
      </section>
    </Layout>
  );
  return render(exchange, status, page, answerTo(refusal).headers);
}

function NextStep({ exchange, refusal }: { readonly exchange: Exchange; readonly refusal: Refusal }): Markup {
  if (refusal.code === 'account_suspended') return <SignOutButton />;
  const { method, path } = exchange.c.req;
  if (PASSING.includes(refusal.code)) {
    return method === 'POST' ? (
      <p>Go back in your browser: the form still has what you filled in, and you can send it again.</p>
    ) : (
      <p>
        <a href={path}>Try this page again</a>
      </p>
    );
  }
  return (
    <p>
      <a href="/settings/api-access">Go to API access</a>
    </p>
  );
}
