import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

let workers: Workers;
beforeAll(async () => {
  workers = await startWorkers(1);
});
afterAll(() => workers.close());

test('the Worker serves a valid OpenAPI 3.1 document', async () => {
  const document = (await (await fetch(`${workers.urls[0]}/openapi.json`)).json()) as Record<string, unknown>;
  const validator = new Validator();
  expect(await validator.validate(document)).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
  // The validator refuses a document that is not OpenAPI.
  const { paths: _, ...broken } = document;
  expect(await new Validator().validate({ ...broken, paths: { '/x': { get: { responses: 1 } } } })).toMatchObject({
    valid: false,
  });
});
