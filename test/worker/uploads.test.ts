import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Jes } from '../../src/domain/posts/index.ts';
import { inspectMedia } from '../../src/lib/media/inspect.ts';
import { makeKey } from '../support/database/node-keys.ts';
import { MEDIA_FILES } from '../support/media/media-files.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

const run = promisify(execFile);

/** Not every machine has Python with requests, or curl; without one, its test is skipped. */
function has(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const MIB = 1_024 * 1_024;

/** A file as it is stored. */
function cleaned(bytes: Uint8Array): Buffer {
  const inspection = inspectMedia(bytes, { maxPixels: 1_000, maxDrawnPixels: 10_000 });
  if (inspection.outcome === 'refused') throw new Error(inspection.message);
  return Buffer.concat(inspection.media.pieces);
}

let workers: Workers;
let origin: string;
let folder: string;

beforeAll(async () => {
  workers = await startWorkers(1, { patient: true });
  origin = workers.urls[0] ?? '';
  folder = mkdtempSync(join(tmpdir(), 'jestha-uploads-'));
  for (const { name, bytes } of MEDIA_FILES) writeFileSync(join(folder, name), bytes);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await workers.close();
});

const newKey = async () => (await makeKey(workers.secrets)).key;

/** Every file of a Jes, fetched from its address without a credential. */
async function served({ media }: Jes): Promise<[string | null, Buffer][]> {
  return await Promise.all(
    media.map(async ({ url }): Promise<[string | null, Buffer]> => {
      const response = await fetch(origin + new URL(url).pathname);
      return [response.headers.get('Content-Type'), Buffer.from(await response.arrayBuffer())];
    }),
  );
}

const STORED = MEDIA_FILES.map(({ mimeType, bytes }): [string, Buffer] => [mimeType, cleaned(bytes)]);

describe('an upload of four files of any type is accepted', () => {
  test.runIf(has('curl', '--version'))("with curl's -F", async () => {
    const key = await newKey();
    const send = async (files: typeof MEDIA_FILES) => {
      const parts = files.flatMap(({ name, mimeType }) => ['-F', `media=@${join(folder, name)};type=${mimeType}`]);
      const { stdout } = await run('curl', [
        ...['-sS', '-w', ' %{http_code}', `${origin}/api/posts`],
        ...['-H', `Authorization: Bearer ${key}`, '-F', 'content=Grüße', ...parts],
      ]);
      const [, json = '', status] = /^(.*) (\d+)$/s.exec(stdout) ?? [];
      expect([status, json]).toEqual(['201', json]);
      const jes = JSON.parse(json) as Jes;
      expect(jes.content).toBe('Grüße');
      return await served(jes);
    };
    expect([...(await send(MEDIA_FILES.slice(0, 4))), ...(await send(MEDIA_FILES.slice(4)))]).toEqual(STORED);
  });

  test.runIf(has('python3', '-c', 'import requests'))("with Python requests' files=", async () => {
    const program = `
import sys, requests
origin, key, folder = sys.argv[1:4]
files = [("media", (name, open(folder + "/" + name, "rb"))) for name in sys.argv[4:]]
r = requests.post(
    origin + "/api/posts",
    headers={"Authorization": "Bearer " + key},
    data={"content": "Grüße", "poll": '{"options":["a","b"]}'},
    files=files,
    timeout=10,
)
r.raise_for_status()
print(r.text)
`;
    const key = await newKey();
    const send = async (files: typeof MEDIA_FILES) => {
      const names = files.map(({ name }) => name);
      const { stdout } = await run('python3', ['-c', program, origin, key, folder, ...names]);
      const jes = JSON.parse(stdout) as Jes;
      expect([jes.content, jes.poll?.options.length]).toEqual(['Grüße', 2]);
      return await served(jes);
    };
    expect([...(await send(MEDIA_FILES.slice(0, 4))), ...(await send(MEDIA_FILES.slice(4)))]).toEqual(STORED);
  });

  test("with Node's fetch and a FormData", async () => {
    const key = await newKey();
    const send = async (files: typeof MEDIA_FILES) => {
      const body = new FormData();
      body.set('content', 'Grüße');
      for (const { name, mimeType, bytes } of files) body.append('media', new Blob([bytes], { type: mimeType }), name);
      const headers = { Authorization: `Bearer ${key}` };
      const response = await fetch(`${origin}/api/posts`, { method: 'POST', headers, body });
      await expect(response).toHaveStatus(201);
      return await served((await response.json()) as Jes);
    };
    expect([...(await send(MEDIA_FILES.slice(0, 4))), ...(await send(MEDIA_FILES.slice(4)))]).toEqual(STORED);
  });
});

/** A request line and headers, over a socket of its own. */
async function startRaw(key: string, headers: string, body: string | Uint8Array): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write(
    `POST /api/posts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n` +
      `Content-Type: multipart/form-data; boundary=b\r\n${headers}\r\n\r\n`,
  );
  socket.write(body);
  return socket;
}

const PART = '--b\r\nContent-Disposition: form-data; name="media"; filename="a"\r\n\r\n';

describe('an upload over its own connection', () => {
  test.runIf(has('curl', '--version'))('that is too large gets 413 before or while it is sent', async () => {
    writeFileSync(join(folder, 'large'), new Uint8Array(8 * MIB + 1));
    writeFileSync(join(folder, 'huge'), new Uint8Array(40 * MIB));
    const key = await newKey();
    const statusOf = async (...args: string[]) => {
      const curl = [
        '-sS',
        '-o',
        join(folder, 'answer'),
        '-w',
        '%{http_code}',
        '--max-time',
        '10',
        `${origin}/api/posts`,
      ];
      // A response while curl still writes may end in a closed connection.
      const { stdout } = await run('curl', [...curl, '-H', `Authorization: Bearer ${key}`, ...args]).catch(
        (error: { stdout: string }) => error,
      );
      return stdout;
    };
    expect(await statusOf('-F', `media=@${join(folder, 'large')}`)).toBe('413');
    expect(await statusOf('-F', `media=@${join(folder, 'huge')}`)).toBe('413');
    expect(await statusOf('-H', 'Transfer-Encoding: chunked', '-F', `media=@${join(folder, 'huge')}`)).toBe('413');
  });

  test('that ends before its Content-Length gets a response at once', async () => {
    const socket = await startRaw(await newKey(), 'Content-Length: 5000', `${PART}abc`);
    socket.end();
    let answer = '';
    // Its head and its body may come apart.
    for await (const chunk of socket) {
      answer += chunk;
      if (answer.endsWith('}')) break;
    }
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*"path":"body","message":"broke off"/s);
  });

  test('that breaks off in the middle of a file frees its memory', async () => {
    const key = await newKey();
    // Eight of them are all the room there is.
    for (let round = 0; round < 3; round++) {
      await workers.upstash.reset();
      const started = Array.from({ length: 3 }, () =>
        startRaw(key, `Content-Length: ${9 * MIB}`, Buffer.concat([Buffer.from(PART), Buffer.alloc(MIB)])),
      );
      const sockets = await Promise.all(started);
      // Once Redis was asked of them all they are being read; those that come after them are answered.
      for (let asked = 0; asked < 3; asked = (await workers.upstash.counters()).requests ?? 0);
      await fetch(`${origin}/api/auth/me`, { headers: { Authorization: `Bearer ${key}` } });
      for (const socket of sockets) socket.destroy();
    }
    const good = await newKey();
    const body = new FormData();
    const [picture] = MEDIA_FILES;
    body.append('media', new Blob([picture?.bytes ?? '']), 'a.jpg');
    // The body has no known length, so it reserves memory for the largest file.
    const request = new Request(`${origin}/api/posts`, { method: 'POST', body });
    const answers = Array.from({ length: 8 }, () =>
      fetch(`${origin}/api/posts`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${good}`, 'Content-Type': request.headers.get('Content-Type') ?? '' },
        body: request.clone().body,
        duplex: 'half',
      } as RequestInit),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
  });

  test('does not wait for eight connections that send nearly nothing', async () => {
    const key = await newKey();
    await workers.upstash.reset();
    const slow = await Promise.all(
      Array.from({ length: 8 }, () => startRaw(key, `Content-Length: ${9 * MIB}`, PART.padEnd(616, 'a'))),
    );
    for (let asked = 0; asked < 8; asked = (await workers.upstash.counters()).requests ?? 0);
    const picture = MEDIA_FILES.find(({ mimeType }) => mimeType === 'image/jpeg');
    const body = () => {
      const form = new FormData();
      // A JPEG with 7 MiB after its end, which a client may send and we drop.
      for (let i = 0; i < 4; i++)
        form.append('media', new Blob([picture?.bytes ?? '', new Uint8Array(7 * MIB)]), 'a.jpg');
      return form;
    };
    const others = await Promise.all(Array.from({ length: 4 }, newKey));
    const answers = await Promise.all(
      others.map((other) =>
        fetch(`${origin}/api/posts`, { method: 'POST', headers: { Authorization: `Bearer ${other}` }, body: body() }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    for (const socket of slow) socket.destroy();
  });
});
