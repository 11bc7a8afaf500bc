import { and, eq, sql } from 'drizzle-orm';
import type { DailyLimit } from '../../config/limits.ts';
import type { Db } from '../../data/db.ts';
import { dailyUsage } from '../../data/schema/daily-usage.ts';

/** How much of each daily limit a write uses. */
export type DailyCounts = { readonly [name in DailyLimit]?: number };

/** Counts against daily limits of an account; beyond one, its CHECK refuses (see `dailyRules`). */
export function insertToday(db: Db, accountId: string, day: string, counts: DailyCounts) {
  const names = Object.keys(counts) as DailyLimit[];
  return db
    .insert(dailyUsage)
    .values({ accountId, day, ...counts })
    .onConflictDoUpdate({
      target: [dailyUsage.accountId, dailyUsage.day],
      set: Object.fromEntries(names.map((name) => [name, sql`${dailyUsage[name]} + ${counts[name]}`])),
    });
}

/** The counts of an account on a day; no row where it counted nothing. */
export function selectDay(db: Db, accountId: string, day: string) {
  return db
    .select()
    .from(dailyUsage)
    .where(and(eq(dailyUsage.accountId, accountId), eq(dailyUsage.day, day)));
}
