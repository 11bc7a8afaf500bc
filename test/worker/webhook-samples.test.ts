import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../support/worker/bundle.ts';

const SECRET = `whsec_${Buffer.from('a secret of exactly 32 bytes, ok').toString('base64')}`;
const BODY = '{"event":"jes.created","id":"evt_5f0c8a52-7d0b-4a8e-9d57-0b6f3c1c9a11","data":{"text":"Zoë 🦊"}}';
/** Receivers that verify, as the chapter on webhooks shows them. */
const CHAPTER = readFileSync(join(ROOT, 'src/http/docs/chapters/webhooks.md'), 'utf8');
const receiver = (title: string) =>
  new RegExp(`^\`\`\`\\w+ ${title}\\n([\\s\\S]+?)\\n\`\`\`$`, 'm').exec(CHAPTER)?.[1] ?? '';
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Requests as the official package signs them, and true if a receiver must accept them. */
function requests(): readonly {
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly isGood: boolean;
}[] {
  const id = 'evt_5f0c8a52-7d0b-4a8e-9d57-0b6f3c1c9a11';
  const signed = (ageS: number, secret = SECRET) => {
    const at = new Date(Date.now() - ageS * 1_000);
    const signature = new Webhook(secret).sign(id, at, BODY);
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signature,
    };
  };
  const good = signed(0);
  const other = signed(0, `whsec_${Buffer.from('another secret, of 32 bytes too!').toString('base64')}`);
  const both = { ...good, 'webhook-signature': `${other['webhook-signature']} ${good['webhook-signature']}` };
  return [
    { body: BODY, headers: good, isGood: true },
    { body: BODY, headers: both, isGood: true },
    { body: BODY, headers: other, isGood: false },
    { body: `${BODY} `, headers: good, isGood: false },
    { body: BODY, headers: signed(600), isGood: false },
    { body: BODY, headers: { ...good, 'webhook-timestamp': 'soon' }, isGood: false },
    { body: BODY, headers: { 'webhook-id': id, 'webhook-timestamp': good['webhook-timestamp'] }, isGood: false },
    { body: BODY, headers: {}, isGood: false },
  ];
}

describe('a receiver of the documentation', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'receiver-'));
    process.env.JESTHA_WEBHOOK_SECRET = SECRET;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const load = async (name: string, source: string) => {
    const file = join(folder, name);
    writeFileSync(file, source);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<string, unknown>;
  };

  test('with the client believes what is signed, and nothing else', async () => {
    const source = receiver('TypeScript').replace(
      'jestha-api/client',
      pathToFileURL(join(ROOT, 'src/client/index.ts')).href,
    );
    const { receive } = (await load('client.mjs', source)) as { receive: (request: Request) => Promise<Response> };
    for (const { body, headers, isGood } of requests()) {
      const request = new Request('http://localhost', { method: 'POST', body, headers });
      expect([headers, (await receive(request)).status]).toEqual([headers, isGood ? 200 : 401]);
    }
  });

  test('in Node without a library believes what is signed, and nothing else', async () => {
    const { isFromJestha } = (await load('node.mjs', receiver('Node'))) as {
      isFromJestha: (body: Buffer, headers: object) => boolean;
    };
    for (const { body, headers, isGood } of requests()) expect(isFromJestha(Buffer.from(body), headers)).toBe(isGood);
  });

  test.runIf(hasPython)('in Python without a library believes what is signed, and nothing else', () => {
    const sent = requests();
    const program = `${receiver('Python')}

import json, sys
print(json.dumps([is_from_jestha(r["body"].encode(), r["headers"]) for r in json.load(sys.stdin)]))`;
    const { stdout, stderr } = spawnSync('python3', ['-c', program], { input: JSON.stringify(sent), encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(sent.map(({ isGood }) => isGood));
  });
});
