import { expect, test } from 'vitest';
import { open, textOf } from '../support/app/forms.ts';
import { Harness } from '../support/app/harness.ts';

test('the status page says that all services work', async () => {
  const response = await open(new Harness(), '/status');
  await expect(response).toHaveStatus(200);
  const text = await textOf(response);
  expect(text).toContain('All services work.');
  expect(text.match(/Works/g)).toHaveLength(3);
});

test.each([
  ['neon', 'Reads and writes answer 503. Retry them later.'],
  ['upstash', 'Calls are answered from the database, with 60 a minute a key.'],
] as const)('the status page answers while %s does not, and says what that means', async (store, consequence) => {
  const harness = new Harness();
  const { cookie } = await harness.newSession();
  await harness[store].setFaults({ kind: 'refuse' });
  const response = await open(harness, '/status', cookie);
  await expect(response).toHaveStatus(200);
  const text = await textOf(response);
  expect(text).toContain('Some services do not work right now.');
  expect(text).toContain(`Does not answer ${consequence}`);
  expect(text.match(/Works/g)).toHaveLength(2);
});
