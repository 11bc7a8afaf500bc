/**
 * Tells if an `If-None-Match` names a tag: any of its list, or `*`. Compared weakly (RFC 9110 section 13.1.2), since
 * compression on the way makes strong tags weak.
 */
export function namesTag(header: string, etag: string): boolean {
  return header.split(',').some((part) => {
    const tag = part.trim();
    return tag === '*' || tag.replace(/^W\//, '') === etag;
  });
}
