import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, HOUR_MS } from '../config/limits.ts';
import { RETENTION, type RetentionRule, tableNameOf } from '../data/retention.ts';

const PAGE = join(import.meta.dirname, '../STORES.md');
const BLOCK = /(<!-- retention: npm run docs:retention -->\n)[\s\S]*?(<!-- \/retention -->)/;

/** `src/STORES.md` with the retention table of the code in its place. */
export function withRetentionTable(page: string): string {
  if (!BLOCK.test(page)) throw new Error('src/STORES.md has no place for the retention table');
  const rows = RETENTION.map((rule) => `| \`${tableNameOf(rule)}\` | ${rule.growsWith} | ${keptFor(rule)} |\n`);
  return page.replace(BLOCK, `$1| table | grows with | kept |\n|---|---|---|\n${rows.join('')}$2`);
}

function keptFor({ column, keptMs }: RetentionRule): string {
  if (keptMs === 0) return `until \`${column.name}\``;
  const [count, unit] = keptMs > DAY_MS ? [keptMs / DAY_MS, 'day'] : [keptMs / HOUR_MS, 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'} after \`${column.name}\``;
}

if (import.meta.main) writeFileSync(PAGE, withRetentionTable(readFileSync(PAGE, 'utf8')));
