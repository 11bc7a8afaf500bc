import { Refused } from '../../domain/refusal.ts';
import { identify } from '../authenticated.ts';
import { countVisitor } from '../count-visitor.ts';
import type { Person } from '../endpoint.ts';
import type { Exchange } from '../exchange.ts';
import type { Answer } from '../observed.ts';
import { refuseCrossSite } from '../same-site.ts';
import type { Page } from './page.ts';
import { redirect } from './render.ts';

/** Answers a page: who views it, and that no other site makes the browser send a form. */
export function forPage(page: Page): Answer {
  return async function answerPage(exchange) {
    if (page.access === 'asset' || page.access === 'anonymous') {
      await countVisitor(exchange);
      return await page.answer(exchange);
    }
    refuseCrossSite(exchange);
    const viewer = await viewerOf(exchange, page.access);
    if (page.access === 'public') {
      if (!viewer) await countVisitor(exchange);
      return await page.answer(exchange, viewer);
    }
    if (viewer) return await page.answer(exchange, viewer);
    const { req } = exchange.c;
    const next = req.method === 'POST' ? '' : `?next=${encodeURIComponent(req.path)}`;
    return redirect(exchange, `/sign-in${next}`);
  };
}

/** @throws Refused what is wrong with an API key, which opens no page */
async function viewerOf(exchange: Exchange, access: 'public' | 'session'): Promise<Person | undefined> {
  const authentication = await identify(exchange);
  if (authentication.outcome === 'refused') {
    const { code } = authentication.refusal;
    if (code === 'authentication_required') return undefined;
    // Public pages are for everybody, and one of them signs out.
    if (code === 'account_suspended' && access === 'public') return undefined;
    throw new Refused(authentication.refusal);
  }
  const { actor, owner } = authentication;
  if (actor.type === 'apiKey') throw new Refused({ code: 'session_required' });
  return { ctx: { ...exchange.ctx, actor }, owner };
}
