import { ApiError } from '../../domain/api-error.ts';
import type { Person } from '../api/endpoint.ts';
import { countVisitor } from '../guards/count-visitor.ts';
import { identify } from '../guards/credentials.ts';
import { refuseCrossSite } from '../guards/same-site.ts';
import type { Handler } from '../guards/with-request-log.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { Page } from './page.ts';
import { redirect } from './render.ts';

/** Answers a page: finds the viewer, and refuses forms of other sites. */
export function forPage(page: Page): Handler {
  return async function answerPage(context) {
    if (page.access === 'asset' || page.access === 'anonymous') {
      await countVisitor(context);
      return await page.handle(context);
    }
    refuseCrossSite(context);
    const viewer = await viewerOf(context, page.access);
    if (page.access === 'public') {
      if (!viewer) await countVisitor(context);
      return await page.handle(context, viewer);
    }
    if (viewer) return await page.handle(context, viewer);
    const { req } = context.c;
    const next = req.method === 'POST' ? '' : `?next=${encodeURIComponent(req.path)}`;
    return redirect(context, `/sign-in${next}`);
  };
}

/** @throws ApiError the error of an API key, which opens no page */
async function viewerOf(context: RequestContext, access: 'public' | 'session'): Promise<Person | undefined> {
  const authentication = await identify(context);
  if (authentication.outcome === 'refused') {
    const { code } = authentication.reason;
    if (code === 'authentication_required') return undefined;
    // Public pages are for everybody, and one of them signs out.
    if (code === 'account_suspended' && access === 'public') return undefined;
    throw new ApiError(authentication.reason);
  }
  const { actor, owner } = authentication;
  if (actor.type === 'apiKey') throw new ApiError({ code: 'session_required' });
  return { ctx: { ...context.ctx, actor }, owner };
}
