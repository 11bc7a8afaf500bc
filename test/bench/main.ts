import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { HOUR_MS } from '../../src/config/limits.ts';
import { gzippedKib, modulesAtStart } from '../support/worker/bundle.ts';
import { WORKERD_CORE } from './cores.ts';
import { directScenario, floorScenario, redisCall } from './direct.ts';
import { DUE } from './due.ts';
import { measureHeap } from './heap.ts';
import { LoadGenerator, requireWrk } from './load.ts';
import { Bench, type Floors, rootScenario } from './measure.ts';
import { type Options, readOptions } from './options.ts';
import { measurePlacement } from './placement.ts';
import { measurePostsScale } from './posts-scale.ts';
import {
  costTable,
  heapTable,
  placementTable,
  postsScaleTable,
  scaleTable,
  scriptTable,
  shieldTable,
  uploadsTable,
  webhooksTable,
} from './report.ts';
import { measureRivals } from './rivals.ts';
import { measureScale } from './scale.ts';
import { ourScenarios, type Scenario } from './scenarios.ts';
import { measureScript } from './script.ts';
import { type Seed, seedAccounts } from './seed.ts';
import { type BenchServices, startBenchServices } from './services.ts';
import { compareShields } from './shield.ts';
import { startTarget, type Target } from './target.ts';
import { measureTenMillion } from './ten-million.ts';
import { measureUploads } from './uploads.ts';
import { verdicts, verdictTable } from './verdicts.ts';
import { measureWebhooks } from './webhooks.ts';
import { WORKERD_VERSION } from './workerd.ts';

/**
 * `npm run bench`: what a request costs, ours beside a bare Hono route and three rivals, in one run on one machine,
 * written to `RESULTS.md`. With `--quick` a smoke run that writes nothing, with `--scale` a million keys; `--ten-million`
 * measures something else ({@link measureTenMillion}). It is a report: a goal missed is said and exits with 0. A wrong
 * answer, or a request that asks more or less of the services than is due, breaks it.
 *
 * `DATABASE_URL` and `REDIS_URL` put a real Postgres and Redis behind the emulators. They must be there for this alone:
 * accounts and posts of a run stay in them.
 */
async function main(options: Options): Promise<void> {
  const began = performance.now();
  const [load1 = 0] = loadavg();
  const services = await startBenchServices();
  const head = heading(options, services, load1);
  const load = new LoadGenerator();
  const bare = await startTarget(services, { name: 'bare', entry: 'test/bench/bare.ts' });
  const floor = await startTarget(services, { name: 'floor', entry: 'test/bench/floor.ts' });
  const ours = await startTarget(services, { name: 'ours', entry: 'src/worker.ts' });
  try {
    const seed = await seedAccounts(services.secretsFor('seed'), options.accounts);
    const call = await redisCall(services, seed);
    const floors = {
      bare: rootScenario('a bare Hono route', bare),
      redis: floorScenario(floor, call, DUE.floor),
      both: floorScenario(floor, call, DUE.floorOfBoth),
    };
    const bench = new Bench(load, floors, options.sizes);
    const direct = directScenario(services, call);
    const goals = await measureAll(services, bench, { options, ours, seed, floors, direct });
    if (load.degraded > 0) print(`**${load.degraded} answers were degraded: Redis was slower than its budget.**\n`);
    print(`The run took ${((performance.now() - began) / 1_000).toFixed(0)} seconds.`);
    const results = [head, goals, ...report].join('\n');
    if (options.mode === 'full') writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `${results}\n`);
    console.log(`${head}\n${goals}`);
  } finally {
    await Promise.all([bare.close(), floor.close(), ours.close()]);
    await services.close();
    load.close();
  }
}

interface Measuring {
  readonly options: Options;
  readonly ours: Target;
  readonly seed: Seed;
  readonly floors: Floors;
  /** The call of Redis without a Worker. */
  readonly direct: Scenario;
}

async function measureAll(services: BenchServices, bench: Bench, measuring: Measuring): Promise<string> {
  const { options, ours, seed, floors } = measuring;
  const { latency } = options.sizes;
  const scenarios = await ourScenarios(services, ours, seed);
  let warmedIn = -1;
  /** Every key once an hour: then its record is in Redis, and the two commands more of an hour's first call are made. */
  const warmKeys = async () => {
    const hour = Math.floor(Date.now() / HOUR_MS);
    if (hour !== warmedIn) await bench.quiet(scenarios.warm, seed.keys.length);
    warmedIn = hour;
  };
  const measure = async (name: keyof typeof scenarios) => {
    await warmKeys();
    return await bench.measure(scenarios[name]);
  };
  await warmKeys();
  const bare = await bench.measure(floors.bare);
  const invalid = await measure('invalid');
  const unknown = [await measure('unknown'), await measure('probed'), await measure('flood')];
  const again = [await measure('limitedAgain'), await measure('revokedAgain')];
  const warm = await measure('warm');
  await warmKeys();
  const floor = await bench.measure(floors.redis);
  const floorOfBoth = await bench.measure(floors.both);
  const direct = await bench.measure(measuring.direct);
  const cold = await measure('cold');
  const create = await measure('create');
  const read = await measure('read');
  const list = await measure('list');
  const writes = [await measure('edit'), await measure('comment')];
  const rivals = await measureRivals(services, bench, { seed, keys: options.betterAuthKeys });
  const ofOurs = [invalid, ...unknown, ...again, warm, cold, read, list, create, ...writes];
  print(`${costTable([bare, floor, floorOfBoth, ...ofOurs, ...rivals, direct])}\n`);
  print(NOTES);

  const heap = await measureHeap(services, bench, { seed, requests: latency });
  print(`${heapTable(heap)}\n`);
  const script = await measureScript(options.scriptCalls);
  if (script.length > 0) print(`${scriptTable(script)}\n`);

  print(`${shieldTable(await compareShields(services, bench, latency))}\n`);

  // A key's first whoami after a write reads its profile anew.
  await bench.quiet(scenarios.warm, seed.keys.length);
  const placed = [scenarios.invalid, scenarios.warm, scenarios.read, scenarios.create, scenarios.cold];
  print(`${placementTable(await measurePlacement(bench, placed, Math.ceil(latency / PLACEMENT_SHARE)))}\n`);

  const { small, large } = options.scale;
  const { warm: warmScenario, cold: coldScenario } = scenarios;
  const scale = await measureScale(services, bench, {
    seed,
    warm: warmScenario,
    cold: coldScenario,
    sizes: [small, large],
    requests: latency,
  });
  print(`${scaleTable(scale)}\n`);
  const { create: createScenario, read: readScenario, list: listScenario, edit, comment } = scenarios;
  const postsScale = await measurePostsScale(services, bench, {
    accountIds: seed.accountIds,
    scenarios: [createScenario, readScenario, listScenario, edit, comment],
    sizes: [small, large],
    requests: latency,
  });
  print(`${postsScaleTable(postsScale)}\n`);
  print(`${uploadsTable(await measureUploads(services, { seed, concurrencies: options.uploads }))}\n`);
  const webhooks = await measureWebhooks(services, options.webhookKeys);
  print(`${webhooksTable(webhooks)}\n`);
  if (large < 1_000_000) print('A small table: `npm run bench -- --scale` compares with a million keys.\n');

  const bundleKib = gzippedKib(ours.bundle.modules);
  const startKib = gzippedKib(modulesAtStart(ours.bundle.modules));
  const measured = {
    invalid,
    again,
    warm,
    cold,
    create,
    reads: [read, list],
    direct,
    heap,
    script,
    bundleKib,
    startKib,
  };
  return `${verdictTable(verdicts({ ...measured, scale, webhooks }))}\n`;
}

/** The part of a latency pass that a far request gets: it takes half a second. */
const PLACEMENT_SHARE = 6;

const NOTES = `wrk sends the requests. CPU is that of the whole workerd process, its HTTP included, at full load, in rounds of
thousands of requests that take turns with its floor (row, floor, floor, row): the bare route that asks the same stores,
where a row asks any. The time of a store is what the emulator in front of it waited. Failed calls are kept after their
responses, many in one request to Neon. Outside of Cloudflare the Workers ratelimit binding is a stand-in that counts in
the isolate.
`;

function heading(options: Options, { behind }: BenchServices, loadBefore: number): string {
  const machine = cpus();
  const core = WORKERD_CORE === undefined ? '' : `, workerd alone on core ${WORKERD_CORE}`;
  const shared =
    loadBefore > machine.length / 4
      ? `\nOther work shared the machine: its load average was ${loadBefore.toFixed(1)} before the run.\n`
      : '';
  return [
    `# Bench${options.mode === 'quick' ? ': a smoke run, whose figures say little' : ''}\n`,
    `Written by \`npm run bench${options.scale.large < 1_000_000 ? '' : ' -- --scale'}\`: ${machine.length} × ${machine[0]?.model.trim()}, node ${process.version}, workerd ${WORKERD_VERSION},`,
    `${behind}${core}. Columns of times are p50 / p95. The bench aborts where a row asks more or less of the stores than is due.`,
    shared,
  ].join('\n');
}

const report: string[] = [];

function print(text: string): void {
  report.push(text);
  console.log(text);
}

requireWrk();
const options = readOptions();
if (options.tenMillion) await measureTenMillion();
else await main(options);
