import { sql } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { visibleTo, withAuthor } from '../posts/index.ts';

/** A row if an object belongs to a public Jes or JesClip. */
export function selectForEverybody(db: Db, object: string) {
  return db.execute(sql`
    SELECT FROM media WHERE object = ${object} AND (
      EXISTS (SELECT FROM ${withAuthor('post')} WHERE post.id = media.post_id AND ${visibleTo(null, 'post')})
      OR EXISTS (SELECT FROM ${withAuthor('jesclip')} WHERE jesclip.id = media.jesclip_id AND ${visibleTo(null, 'jesclip')}))`);
}
