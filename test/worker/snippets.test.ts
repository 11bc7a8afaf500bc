import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey } from '../support/database/node-keys.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

const run = promisify(execFile);

/** Not every machine has Python with requests, or curl; without one, its snippet is skipped. */
function has(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The integration snippets of the public reference, with only the host and the key replaced. */
describe('a Jes, as the reference shows it', () => {
  let workers: Workers;
  let key: string;
  beforeAll(async () => {
    workers = await startWorkers(1);
    key = (await makeKey(workers.secrets)).key;
  });
  afterAll(() => workers.close());

  test.runIf(has('curl', '--version'))('with curl', async () => {
    const { stdout } = await run('curl', [
      '-sS',
      '-w',
      ' %{http_code}',
      `${workers.urls[0]}/api/posts`,
      '-H',
      `Authorization: Bearer ${key}`,
      '-H',
      'Content-Type: application/json',
      '-d',
      '{"content":"Hello from my service","visibility":"PUBLIC"}',
    ]);
    expect(stdout).toMatch(/^\{"id":"[0-9A-Z]{26}",.*\} 201$/);
  });

  test("with Node's fetch", async () => {
    const response = await fetch(`${workers.urls[0]}/api/posts`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ content: 'Hello from my service', visibility: 'PUBLIC' }),
    });
    await expect(response).toHaveStatus(201);
    const jes = (await response.json()) as { id: string };
    expect(jes.id).toEqual(expect.ulid());
  });

  test.runIf(has('python3', '-c', 'import requests'))('with Python requests', async () => {
    const program = `
import sys, requests
r = requests.post(
    sys.argv[1] + "/api/posts",
    headers={"Authorization": "Bearer " + sys.argv[2]},
    json={"content": "Hello from my service", "visibility": "PUBLIC"},
    timeout=10,
)
r.raise_for_status()
print(r.status_code, r.json()["id"])
`;
    const { stdout } = await run('python3', ['-c', program, workers.urls[0] ?? '', key]);
    expect(stdout).toMatch(/^201 [0-9A-Z]{26}\n$/);
  });
});
