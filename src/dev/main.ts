import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { everyMinute } from './every-minute.ts';
import { startLocalWorker } from './local-worker.ts';
import { picture } from './picture.ts';
import { secretsFor } from './secrets.ts';
import { seed } from './seed.ts';
import { startServices } from './services.ts';
import { openStackLog } from './stack-log.ts';
import {
  DATA_DIR,
  LOG_FILE,
  MAIL_FOLDER,
  PICTURE,
  REDIS_FILE,
  ROOT,
  readState,
  writeDevVars,
  writeState,
} from './state.ts';

const { values: options } = parseArgs({
  options: {
    /** Revoke the demo key and make another. */
    'new-key': { type: 'boolean', default: false },
    /** Only the services: run the Worker yourself with `npx wrangler dev`. */
    services: { type: 'boolean', default: false },
    /** Show the log file's lines too. */
    verbose: { type: 'boolean', default: false },
  },
});

const port = Number(process.env.PORT ?? 8787);
const ports = { worker: port, sql: port + 1, redis: port + 2, mail: port + 3 };
const workerUrl = `http://localhost:${port}`;

/** A mistake of the person who starts the stack, shown as one sentence. */
class StartError extends Error {
  override readonly name = 'StartError';
}

async function start(): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_532) {
    throw new StartError(`PORT must be a number from 1 to 65532, not "${process.env.PORT}".`);
  }
  for (const needed of options.services ? [ports.sql, ports.redis, ports.mail] : Object.values(ports))
    await demandFree(needed);

  const log = openStackLog(join(ROOT, LOG_FILE), options.verbose);
  const state = readState();
  const services = await startServices({
    secret: state.secret,
    dataDir: DATA_DIR,
    databaseUrl: process.env.DATABASE_URL,
    redisFile: REDIS_FILE,
    onRedisDamage: (aside) =>
      log.show(`! The file of the embedded Redis was damaged. It is ${aside} now; Redis is empty.`),
    redisUrl: process.env.REDIS_URL,
    sqlPort: ports.sql,
    redisPort: ports.redis,
    mailFolder: MAIL_FOLDER,
    mailPort: ports.mail,
  });
  const urls = { neon: services.neon.url, upstash: services.upstash.url, mail: services.mail.url };
  const vars = { ...secretsFor(urls, state.secret), WEB_ORIGIN: workerUrl, API_ORIGIN: workerUrl };
  writeDevVars(vars);
  const { demoKey, key } = await seed(vars, state, options['new-key']);
  writeFileSync(join(ROOT, PICTURE), picture());
  writeState({ ...state, services: urls, worker: workerUrl, demoKey });

  const worker = options.services ? undefined : await startLocalWorker({ port, vars, log, logName: LOG_FILE });
  const stopCron = worker && everyMinute(() => worker.runCron());
  stopOnSignal(async () => {
    await stopCron?.();
    await worker?.close();
    await services.close();
  });
  console.log(block({ key, printedAt: demoKey.printedAt, password: state.demoPassword }));
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

/** Runs `stop` once, at the first signal, and ends the process. */
function stopOnSignal(stop: () => Promise<void>): void {
  let isStopping = false;
  const end = async () => {
    if (isStopping) return;
    isStopping = true;
    await stop();
    process.exit();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
}

/** The lines that a start ends with. */
function block(demo: {
  readonly key: string | undefined;
  readonly printedAt: string;
  readonly password: string;
}): string {
  const authorization = `-H 'Authorization: Bearer ${demo.key ?? 'jes_live_…'}'`;
  const mail = `http://localhost:${ports.mail}/dev/mail`;
  return `
The local stack of the Jestha API. Ctrl-C stops it; .jestha/ keeps its data.
${options.services ? `Worker        npx wrangler dev --port ${port} --host localhost:${port}` : `Log           ${LOG_FILE} (shown here by: npm start -- --verbose)`}
Pages         ${workerUrl}/settings/api-access   sign in as demo@example.com with ${demo.password}
Docs          ${workerUrl}/docs
Description   ${workerUrl}/openapi.json
API           ${workerUrl}/api
Mail          ${mail}
${
  demo.key
    ? `The API key of the demo account, shown this once:\n  ${demo.key}`
    : `The demo key was printed when it was made, on ${demo.printedAt}, and is kept nowhere. Another one: npm start -- --new-key`
}
Who am I? Post a Jes, and one with a picture:
  curl ${workerUrl}/api/auth/me ${authorization}
  curl ${workerUrl}/api/posts ${authorization} -H 'Content-Type: application/json' -d '{"content":"Hello from my service","visibility":"PUBLIC"}'
  curl ${workerUrl}/api/posts ${authorization} -F 'content=Hello with a picture' -F media=@${PICTURE}
`;
}

process.on('uncaughtException', (error) => {
  console.error(error instanceof StartError ? error.message : error);
  // Once there is something to stop, stopping is on this signal.
  process.exitCode = 1;
  if (!process.emit('SIGTERM')) process.exit();
});
await start();
