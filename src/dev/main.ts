import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { picture } from './picture.ts';
import { secretsFor } from './secrets.ts';
import { seed } from './seed.ts';
import { type Services, startServices } from './services.ts';
import { DATA_DIR, MAIL_FOLDER, PICTURE, ROOT, readState, writeDevVars, writeState } from './state.ts';

/** How long the Worker may take to answer for the first time. */
const START_TIMEOUT_MS = 60_000;
const HEALTH_INTERVAL_MS = 100;

const { values: options } = parseArgs({
  options: {
    /** Revoke the demo key and make another. */
    'new-key': { type: 'boolean', default: false },
    /** Only the services: run the Worker yourself with `npx wrangler dev`. */
    services: { type: 'boolean', default: false },
  },
});

const port = Number(process.env.PORT ?? 8787);
const ports = { worker: port, sql: port + 1, redis: port + 2, mail: port + 3 };
const workerUrl = `http://localhost:${port}`;

/** A mistake of whoever starts the stack, told in one sentence. */
class StartError extends Error {
  override readonly name = 'StartError';
}

async function start(): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_532) {
    throw new StartError(`PORT must be a number from 1 to 65532, not "${process.env.PORT}".`);
  }
  for (const needed of options.services ? [ports.sql, ports.redis, ports.mail] : Object.values(ports))
    await demandFree(needed);

  const state = readState();
  const services = await startServices({
    secret: state.secret,
    dataDir: DATA_DIR,
    databaseUrl: process.env.DATABASE_URL,
    redisUrl: process.env.REDIS_URL,
    sqlPort: ports.sql,
    redisPort: ports.redis,
    mailFolder: MAIL_FOLDER,
    mailPort: ports.mail,
  });
  const urls = { neon: services.neon.url, upstash: services.upstash.url, mail: services.mail.url };
  writeDevVars({ ...secretsFor(urls, state.secret), WEB_ORIGIN: workerUrl, API_ORIGIN: workerUrl });
  const { demoKey, key } = await seed(services.secrets, state, options['new-key']);
  writeFileSync(join(ROOT, PICTURE), picture());
  writeState({ ...state, services: urls, worker: workerUrl, demoKey });

  const wrangler = options.services ? undefined : startWrangler();
  stopOnSignal(services, wrangler);
  if (wrangler) await untilHealthy(wrangler);
  announce(services, { key, printedAt: demoKey.printedAt, password: state.demoPassword });
}

async function demandFree(needed: number): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen(needed, '127.0.0.1'), 'listening');
  } catch {
    throw new StartError(
      `Port ${needed} is taken (the stack needs ${port} to ${port + 3}). Choose others: PORT=9000 npm start`,
    );
  } finally {
    probe.close();
  }
}

/** `wrangler dev` in a process group of its own, so that its workerd can be ended with it. */
function startWrangler(): ChildProcess {
  const args = ['dev', '--port', String(port), '--ip', '127.0.0.1', '--show-interactive-dev-session=false'];
  return spawn('wrangler', args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  });
}

async function untilHealthy(wrangler: ChildProcess): Promise<void> {
  const ended = once(wrangler, 'exit').then(() => 'ended' as const);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const healthy = fetch(`${workerUrl}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    const outcome = await Promise.race([healthy, ended]);
    if (outcome === true) return;
    if (outcome === 'ended') throw new StartError('wrangler dev ended before the Worker answered; see above.');
    await delay(HEALTH_INTERVAL_MS);
  }
  throw new StartError(`The Worker did not answer within ${START_TIMEOUT_MS / 1_000} seconds.`);
}

/** Ends everything that was started, whichever part ends first or fails. */
function stopOnSignal(services: Services, wrangler: ChildProcess | undefined): void {
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    if (wrangler?.pid !== undefined && wrangler.exitCode === null) {
      const exited = once(wrangler, 'exit');
      process.kill(-wrangler.pid, 'SIGTERM');
      const killer = setTimeout(() => wrangler.pid !== undefined && process.kill(-wrangler.pid, 'SIGKILL'), 5_000);
      await exited;
      clearTimeout(killer);
    }
    await services.close();
    process.exit();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  wrangler?.on('exit', () => void stop());
}

function announce(
  services: Services,
  demo: { readonly key: string | undefined; readonly printedAt: string; readonly password: string },
): void {
  const { key, printedAt, password } = demo;
  const shown = key ?? 'jes_live_…';
  const lines = [
    '',
    `Neon's protocol   ${services.neon.url}   over ${process.env.DATABASE_URL ? 'DATABASE_URL' : 'PGlite, .jestha/postgres'}`,
    `Upstash's         ${services.upstash.url}   over ${process.env.REDIS_URL ? 'REDIS_URL' : 'the embedded Redis'}`,
    `Mail              ${services.mail.url}/dev/mail`,
    options.services ? `The Worker        npx wrangler dev --port ${port}` : `The Worker        ${workerUrl}`,
    '',
    `Settings          ${workerUrl}/settings/api-access   sign in as demo@example.com with ${password}`,
    '',
    key
      ? `The API key of the demo account, shown this once:\n\n  ${key}\n`
      : `The demo key was printed when it was made, on ${printedAt}, and is kept nowhere. Another one: npm start -- --new-key\n`,
    'Who am I?',
    `  curl ${workerUrl}/api/auth/me -H 'Authorization: Bearer ${shown}'`,
    'Post a Jes:',
    `  curl ${workerUrl}/api/posts -H 'Authorization: Bearer ${shown}' -H 'Content-Type: application/json' -d '{"content":"Hello from my service","visibility":"PUBLIC"}'`,
    'Post one with a picture:',
    `  curl ${workerUrl}/api/posts -H 'Authorization: Bearer ${shown}' -F 'content=Hello with a picture' -F media=@${PICTURE}`,
    '',
  ];
  console.log(lines.join('\n'));
}

process.on('uncaughtException', (error) => {
  console.error(error instanceof StartError ? error.message : error);
  // Once there is something to stop, stopping is on this signal.
  process.exitCode = 1;
  if (!process.emit('SIGTERM')) process.exit();
});
await start();
