import { type Placeholder, sql } from 'drizzle-orm';
import type { Sql } from './db.ts';
import { renderWithNames, type SlotValue, template } from './template.ts';

type Type = 'text' | 'integer' | 'json' | 'boolean' | 'timestamptz';

/** A query of one value that stands in the database as a function. */
export interface DbFunction<Name extends string = string> {
  /** With its version: `jes_json_v1`. */
  readonly name: string;
  /** The query, its parameters as `$1`, `$2` in the order of the declaration. */
  readonly body: string;
  /** The statement that creates it, for a migration. */
  readonly definition: string;
  /** The call of it, as a piece of SQL. */
  call(values: Readonly<Record<Name, SlotValue>>): Sql;
}

/**
 * Declares a query that Postgres keeps as a function: it plans the query in the first five calls of a connection and
 * then keeps the plan, where a statement over HTTP is planned at every request, and is sent a few bytes instead of the
 * text. The calls of a large query gain most: a read of a Jes takes a tenth of the time in Postgres.
 *
 * A function that a release has called never changes, since two releases run side by side: a changed query gets the
 * next version, and a migration of a later release drops the old one. `npm run db:functions` writes the migration.
 *
 * @param name ends with its version, `_v1`
 * @param parameters their types in Postgres, in the order of the call
 * @param build makes the query; `slot(name)` stands for a parameter
 * @param volatility of the function: one that locks rows is `VOLATILE`
 */
export function dbFunction<Name extends string>(
  name: `${string}_v${number}`,
  parameters: Readonly<Record<Name, Type>>,
  returns: Type,
  build: (slot: (name: Name) => Placeholder) => Sql,
  volatility: 'STABLE' | 'VOLATILE' = 'STABLE',
): DbFunction<Name> {
  const names = Object.keys(parameters) as Name[];
  const callOf = template<Record<string, never>, Name>(
    (_, slot) => sql`${sql.raw(name)}(${sql.join(names.map(slot), sql`, `)})`,
  );
  return {
    name,
    call: (values) => callOf({}, values),
    get body() {
      return renderWithNames(build, (slot) => `$${names.indexOf(slot) + 1}`);
    },
    get definition() {
      const types = Object.values(parameters).join(', ');
      return `CREATE FUNCTION ${name}(${types}) RETURNS ${returns} LANGUAGE plpgsql ${volatility} AS $$\nBEGIN\nRETURN (${this.body});\nEND\n$$;`;
    },
  };
}
