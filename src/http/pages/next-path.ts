const DEFAULT = '/settings/api-access';

/** A path, and at most the token of a mailed link. */
const OURS = /^\/(?![/\\])[\w\-./~%]*(?:\?token=\w+)?$/;

/** Where to go after signing in: a path of ours that was asked for, and never another site. */
export function nextPath(next: string | undefined): string {
  return next !== undefined && OURS.test(next) ? next : DEFAULT;
}

/** Says that signing in has undone the deletion of the account. */
export const KEPT = '/settings/account?notice=kept';
