import { ERRORS } from '../../config/errors.ts';
import type { ErrorReason } from '../../domain/api-error.ts';
import type { RequestContext } from '../request/request-context.ts';
import { errorPartsOf } from '../response/error-response.ts';
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
export function errorPage(context: RequestContext, reason: ErrorReason): Promise<Response> {
  const { status, title } = ERRORS[reason.code];
  context.errorReason = reason;
  const { authentication } = context;
  const isPerson = authentication?.outcome === 'admitted' && authentication.actor.type === 'session';
  // A failed session look-up does not mean "signed out", so the header shows no viewer.
  const isUnknown = !isPerson && reason.code === 'service_unavailable';
  const page = (
    <Layout title={title} viewer={isPerson ? authentication : undefined} nav={isUnknown ? <span></span> : undefined}>
      <section class="narrow">
        <h1>{title}</h1>
        <p>{sentenceOf(reason)}</p>
        <NextStep context={context} reason={reason} />
        <p class="muted">
          Request <code>{context.ctx.requestId}</code>
        </p>
      </section>
    </Layout>
  );
  return render(context, status, page, errorPartsOf(reason).headers);
}

function NextStep({ context, reason }: { readonly context: RequestContext; readonly reason: ErrorReason }): Markup {
  if (reason.code === 'account_suspended') return <SignOutButton />;
  const { method, path } = context.c.req;
  if (PASSING.includes(reason.code)) {
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
