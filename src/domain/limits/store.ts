import { and, eq, sql } from 'drizzle-orm';
import type { DailyLimit } from '../../config/limits.ts';
import type { Db, Sql } from '../../data/db.ts';
import { dailyUsage } from '../../data/schema/daily-usage.ts';
import { template } from '../../data/template.ts';

/** How much of each daily limit a write uses. */
export type DailyCounts = { readonly [name in DailyLimit]?: number };

/** Counts against daily limits of an account; beyond one, its CHECK refuses (see `dailyRules`). */
export function insertToday(db: Db, accountId: string, day: string, counts: DailyCounts) {
  return db.execute(insertTodaySql({ limits: Object.keys(counts).join() }, { ...counts, accountId, day }));
}

const insertTodaySql = template<{ limits: string }, string>(({ limits }, slot) => {
  const names = limits.split(',') as DailyLimit[];
  const list = (pieceOf: (name: DailyLimit, column: Sql) => Sql) =>
    sql.join(
      names.map((name) => pieceOf(name, sql`${sql.identifier(dailyUsage[name].name)}`)),
      sql`, `,
    );
  return sql`
    INSERT INTO daily_usage (account_id, day, ${list((_, column) => column)})
    VALUES (${slot('accountId')}, ${slot('day')}::date, ${list((name) => sql`${slot(name)}`)})
    ON CONFLICT (account_id, day) DO UPDATE SET ${list((name, column) => sql`${column} = daily_usage.${column} + ${slot(name)}`)}`;
});

/** The counts of an account on a day; no row where it counted nothing. */
export function selectDay(db: Db, accountId: string, day: string) {
  return db
    .select()
    .from(dailyUsage)
    .where(and(eq(dailyUsage.accountId, accountId), eq(dailyUsage.day, day)));
}
