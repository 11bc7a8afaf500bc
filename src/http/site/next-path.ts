const DEFAULT = '/settings/api-access';

/** A path, and at most the token of a mailed link. */
const OURS = /^\/(?![/\\])[\w\-./~%]*(?:\?token=\w+)?$/;

/** The path to go to after signing in: one of ours that was asked for, and never another site. */
export function nextPath(next: string | undefined): string {
  return next !== undefined && OURS.test(next) ? next : DEFAULT;
}

/** The address of a page that leads on to one of our paths, without it if that is the default. */
export function withNext(page: string, next: string): string {
  return next === DEFAULT ? page : `${page}?next=${encodeURIComponent(next)}`;
}

/** Says that signing in has undone the deletion of the account. */
export const KEPT = '/settings/account?notice=kept';
