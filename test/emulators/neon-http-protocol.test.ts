import { neon, neonConfig } from '@neondatabase/serverless';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/dev/emulator/server.ts';
import { type SqlBackend, SqlError } from '../../src/dev/neon-http/backend.ts';
import {
  errorAnswer,
  ProtocolError,
  readConnectionString,
  readPayload,
  resultAnswer,
} from '../../src/dev/neon-http/protocol.ts';
import { serveNeonHttp } from '../../src/dev/neon-http/server.ts';

const LIMIT = 64 * 1024 * 1024;
const FORMAT = { 'neon-raw-text-output': 'true', 'neon-array-mode': 'true' };

const PASSWORD = 'p%/:ss';

/** For requests that must be refused before any database is asked. */
const unreachable: SqlBackend = {
  query: () => Promise.reject(new Error('reached')),
  transaction: () => Promise.reject(new Error('reached')),
  exec: () => Promise.reject(new Error('reached')),
  close: () => Promise.resolve(),
};

describe('requests', () => {
  let emulator: Emulator;
  const connection = (password: string) => `postgresql://app:${encodeURIComponent(password)}@host/app`;

  beforeAll(async () => {
    emulator = await serveNeonHttp({ backend: unreachable, password: PASSWORD, port: 0 });
    neonConfig.fetchEndpoint = `${emulator.url}/sql`;
  });

  afterAll(() => emulator.close());

  it.each(['hunter2', `${PASSWORD}x`, `x${PASSWORD}`])('with the wrong password %s are refused', async (password) => {
    const sql = neon(connection(password));
    const error = await sql`SELECT 1`.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: '28P01', message: "password authentication failed for user 'app'" });
    expect(JSON.stringify(error)).not.toContain(password);
  });

  it.each([
    ['POST', '/sql', 400],
    ['POST', '/', 404],
    ['POST', '/sql/more', 404],
  ])('%s %s without a connection string is answered with %i', async (method, path, status) => {
    await expect(await fetch(emulator.url + path, { method })).toHaveStatus(status);
  });

  it.each([
    ['GET', {}, 404, 'not found'],
    ['POST', { body: '{' }, 400, 'could not parse the HTTP request body: not JSON'],
  ])('%s with %j and a connection string', async (method, body, status, message) => {
    const headers = { ...FORMAT, 'neon-connection-string': connection(PASSWORD) };
    const response = await fetch(`${emulator.url}/sql`, { method, headers, ...body });
    await expect(response).toHaveStatus(status);
    expect(await response.json()).toMatchObject({ message });
  });
});

describe('readConnectionString', () => {
  it('decodes user and password', () => {
    const header = 'postgresql://a%40b:p%25%2F%3A.scope@host/db?sslmode=require';
    expect(readConnectionString({ 'neon-connection-string': header })).toEqual({ user: 'a@b', password: 'p%/:.scope' });
  });

  it.each([
    [undefined, 'invalid header: neon-connection-string'],
    ['hunter2', 'invalid connection string'],
    ['postgresql://app:hunter2%zz@host/db', 'invalid connection string'],
    ['mysql://app:hunter2@host/db', 'incorrect scheme'],
    ['postgresql://app:hunter2@host', 'missing database name'],
    ['postgresql://app:hunter2@host/', 'missing database name'],
    ['postgresql://:hunter2@host/db', 'missing username'],
    ['postgresql://app@host/db', 'missing authentication credentials: required password'],
  ])('refuses %s', (header, message) => {
    expect(() => readConnectionString({ 'neon-connection-string': header })).toThrow(new ProtocolError(message));
  });
});

describe('readPayload', () => {
  it('reads a single statement', () => {
    expect(readPayload(FORMAT, '{"query":"select $1","params":["1"]}')).toEqual({
      statement: { query: 'select $1', params: ['1'] },
    });
    expect(readPayload(FORMAT, '{"query":"select 1"}')).toEqual({ statement: { query: 'select 1', params: [] } });
  });

  it.each([
    [{}, { isolationLevel: undefined, readOnly: false, deferrable: false }],
    [
      {
        'neon-batch-isolation-level': 'Serializable',
        'neon-batch-read-only': 'true',
        'neon-batch-deferrable': 'true',
      },
      { isolationLevel: 'Serializable', readOnly: true, deferrable: true },
    ],
    [
      { 'neon-batch-read-only': 'false', 'neon-batch-deferrable': '1' },
      { readOnly: false, deferrable: false },
    ],
  ])('reads a batch with %j', (headers, options) => {
    expect(readPayload({ ...FORMAT, ...headers }, '{"queries":[{"query":"a","params":[null]}]}')).toEqual({
      batch: [{ query: 'a', params: [null] }],
      options,
    });
  });

  it.each([
    ['', 'not JSON'],
    ['{"query":', 'not JSON'],
    ['[]', 'expected object'],
    ['null', 'expected object'],
    ['{}', 'at query'],
    ['{"query":1}', 'at query'],
    ['{"query":"a\\u0000b"}', 'must not contain a NUL'],
    ['{"query":"a","params":"b"}', 'at params'],
    ['{"query":"a","params":[1]}', 'must be text or null'],
    ['{"query":"a","params":[{"b":1}]}', 'must be text or null'],
    ['{"query":"a","arrayMode":false}', 'arrayMode'],
    ['{"queries":{}}', 'at queries'],
    ['{"queries":[{"params":[]}]}', 'at queries[0].query'],
    ['{"query":"a","queries":[]}', 'query'],
  ])('refuses the body %s', (body, message) => {
    expect(() => readPayload(FORMAT, body)).toThrow(expect.objectContaining({ status: 400 }));
    expect(() => readPayload(FORMAT, body)).toThrow(/^could not parse the HTTP request body/);
    expect(() => readPayload(FORMAT, body)).toThrow(message);
  });

  it.each([
    [{}, 'the emulator answers only to Neon-Raw-Text-Output: true and Neon-Array-Mode: true'],
    [{ ...FORMAT, 'neon-array-mode': 'false' }, 'the emulator answers only to'],
    [{ ...FORMAT, 'neon-batch-isolation-level': 'serializable' }, 'invalid isolation level'],
  ])('refuses the headers %j', (headers, message) => {
    expect(() => readPayload(headers, '{"query":"select 1"}')).toThrow(message);
  });

  it('refuses a body beyond the limit', () => {
    const reason = expect.objectContaining({ status: 413, message: `request is too large (max is ${LIMIT} bytes)` });
    expect(() => readPayload(FORMAT, 'x'.repeat(LIMIT + 1))).toThrow(reason);
  });
});

describe('answers', () => {
  it('refuses a result beyond the limit', () => {
    const reason = expect.objectContaining({ status: 507, message: `response is too large (max is ${LIMIT} bytes)` });
    expect(() => resultAnswer({ rows: [['x'.repeat(LIMIT)]] })).toThrow(reason);
  });

  it('has every field of an error', () => {
    const { status, body } = errorAnswer(new SqlError({ message: 'no', severity: 'ERROR', code: '22012' }));
    expect(status).toBe(400);
    expect(JSON.parse(body)).toEqual({
      message: 'no',
      severity: 'ERROR',
      code: '22012',
      detail: null,
      hint: null,
      position: null,
      internalPosition: null,
      internalQuery: null,
      where: null,
      schema: null,
      table: null,
      column: null,
      dataType: null,
      constraint: null,
      file: null,
      line: null,
      routine: null,
    });
  });

  it('leaves errors that are not of the protocol to the server', () => {
    const error = new Error('bug');
    expect(() => errorAnswer(error)).toThrow(error);
  });
});
