const DEFAULT = '/settings/api-access';

/** Where to go after signing in: a path of ours that was asked for, and never another site. */
export function nextPath(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])[\w\-./~%]*$/.test(next)) return DEFAULT;
  return next;
}
