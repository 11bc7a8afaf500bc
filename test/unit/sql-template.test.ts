import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { dbFunction } from '../../src/data/db-function.ts';
import { template } from '../../src/data/template.ts';

const dialect = new PgDialect();
const condition = template<{ isOwn: boolean }, 'id' | 'authorId'>(({ isOwn }, slot) =>
  isOwn ? sql`id = ${slot('id')} AND author_id = ${slot('authorId')}` : sql`id = ${slot('id')}`,
);
const query = template<Record<string, never>, 'where' | 'limit'>(
  (_, slot) => sql`SELECT ${'always'}::text WHERE ${slot('where')} LIMIT ${slot('limit')}`,
);

test('values stand in the order of the text, each at a number of its own', () => {
  const own = { isOwn: true };
  expect(dialect.sqlToQuery(query({}, { where: condition(own, { id: 'a', authorId: 'b' }), limit: 3 }))).toEqual({
    sql: 'SELECT $1::text WHERE id = $2 AND author_id = $3 LIMIT $4',
    params: ['always', 'a', 'b', 3],
  });
});

test('a variant has a text of its own, and the next values do not change those before', () => {
  const first = condition({ isOwn: false }, { id: 'first', authorId: null });
  const second = condition({ isOwn: true }, { id: 'second', authorId: null });
  expect(dialect.sqlToQuery(first)).toEqual({ sql: 'id = $1', params: ['first'] });
  expect(dialect.sqlToQuery(second)).toEqual({ sql: 'id = $1 AND author_id = $2', params: ['second', null] });
});

test('other SQL takes a piece, and a piece takes other SQL', () => {
  const piece = condition({ isOwn: false }, { id: 'a', authorId: null });
  const { sql: outer, params } = dialect.sqlToQuery(sql`SELECT ${1} WHERE ${piece} OR ${2} = 2`);
  expect([outer, params]).toEqual(['SELECT $1 WHERE id = $2 OR $3 = 2', [1, 'a', 2]]);
  const whole = dialect.sqlToQuery(query({}, { where: sql`name = ${'n'} OR ${piece}`, limit: 1 }));
  expect(whole).toEqual({
    sql: 'SELECT $1::text WHERE name = $2 OR id = $3 LIMIT $4',
    params: ['always', 'n', 'a', 1],
  });
});

test("a caller's value never becomes SQL text", () => {
  const id = `'; DROP TABLE posts; -- \u0000 $1`;
  expect(dialect.sqlToQuery(condition({ isOwn: false }, { id, authorId: null }))).toEqual({
    sql: 'id = $1',
    params: [id],
  });
});

describe('a function of the database', () => {
  const named = dbFunction(
    'named_v1',
    { id: 'text', limit: 'integer' },
    'text',
    (slot) => sql`SELECT name FROM names WHERE id = ${slot('id')} OR parent = ${slot('id')} LIMIT ${slot('limit')}`,
  );

  test('is created with its parameters by their places, and called in their order', () => {
    expect(named.definition).toBe(
      'CREATE FUNCTION named_v1(text, integer) RETURNS text LANGUAGE plpgsql STABLE AS $$\nBEGIN\n' +
        'RETURN (SELECT name FROM names WHERE id = $1 OR parent = $1 LIMIT $2);\nEND\n$$;',
    );
    expect(dialect.sqlToQuery(named.call({ limit: 3, id: `'); --` }))).toEqual({
      sql: 'named_v1($1, $2)',
      params: [`'); --`, 3],
    });
  });

  test('has no values but its parameters', () => {
    const broken = dbFunction('broken_v1', {}, 'text', () => sql`SELECT ${'a value'}`);
    expect(() => broken.definition).toThrow('has no parameters of its own');
  });
});
