import type { HeapRow } from './heap.ts';
import type { Latency } from './load.ts';
import { NEON_DELAY_MS, REDIS_DELAY_MS, type Row } from './measure.ts';
import { markdown } from './report.ts';
import type { ScaleRow } from './scale.ts';
import type { ScriptRow } from './script.ts';
import type { WebhookRow } from './webhooks.ts';

const INVALID_CPU_MAX = 1.3;
/** Over a bare route with the same call of Redis. */
const WARM_CPU_MAX = 1.5;
/** KiB that a request allocates. */
const READ_HEAP_MAX_KIB = 47;
const CREATE_HEAP_MAX_KIB = 147;
/** Of Redis's thread. */
const SCRIPT_MAX_MICROS = 25;
/** KiB gzip that an isolate parses before its first request, and of all modules. */
const START_MAX_KIB = 205;
const BUNDLE_MAX_KIB = 500;
/** The largest part of a warm request's p50 that may be ours and not Redis'. */
const OWN_MS_MAX = 1;
/** A read waits for both stores at once. */
const READ_P50_MAX_MS = 40;
/** The ratio by which two measurements of one thing differ on a quiet machine. */
const FLAT_MAX = 1.25;
/** From a POST to the first byte at a receiver. */
const DELIVERY_P50_MAX_MS = 300;
const DELIVERY_P95_MAX_MS = 1_500;
/** p95 of deliveries beside an endpoint that hangs, over that of deliveries alone. */
const HANGING_MAX = 1.1;

/** A number to hold, and what it was in this run. */
export interface Verdict {
  readonly goal: string;
  readonly measured: string;
  readonly pass: boolean;
}

export interface Measured {
  readonly invalid: Row;
  /** Repeats of refusals. */
  readonly again: readonly Row[];
  readonly warm: Row;
  readonly cold: Row;
  readonly create: Row;
  readonly reads: readonly Row[];
  /** The warm request's call of Redis alone. */
  readonly direct: Row;
  readonly heap: readonly HeapRow[];
  readonly script: readonly ScriptRow[];
  readonly startKib: number;
  readonly bundleKib: number;
  readonly scale: readonly ScaleRow[];
  readonly webhooks: readonly WebhookRow[];
}

/** The numbers to hold, against those measured. */
export function verdicts(measured: Measured): Verdict[] {
  const { invalid, again, warm, cold, create, reads, direct, heap, script, startKib, bundleKib, scale, webhooks } =
    measured;
  const own = warm.delayed.p50 - direct.delayed.p50;
  return [
    asking('malformed key: no subrequest', invalid, { redis: 0, neon: 0 }),
    ...cpuAtMost('malformed key: CPU over a bare route', invalid.cpu?.ratio.median, INVALID_CPU_MAX),
    ...again.map(({ name, subrequests: { redis, commands } }) => ({
      goal: `${name}: Redis is not asked`,
      measured: `${redis} requests, ${commands} commands`,
      pass: redis === 0 && commands === 0,
    })),
    asking('warm whoami: 1 subrequest', warm, { redis: 1, neon: 0 }),
    { goal: 'warm whoami: 3 billed commands', ...equal(warm.subrequests.commands, 3) },
    ...cpuAtMost(
      'warm whoami: CPU over a bare route with the same call of Redis',
      warm.cpu?.ratio.median,
      WARM_CPU_MAX,
    ),
    { goal: 'cold whoami: 1 SQL statement', ...equal(cold.subrequests.statements, 1) },
    asking('create: 1 Redis + 1 Neon', create, { redis: 1, neon: 1 }),
    ...allocatingAtMost(heap, reads[0], READ_HEAP_MAX_KIB),
    ...allocatingAtMost(heap, create, CREATE_HEAP_MAX_KIB),
    ...scriptAtMost(script),
    kibAtMost('parsed at the start of an isolate', startKib, START_MAX_KIB),
    kibAtMost('all modules', bundleKib, BUNDLE_MAX_KIB),
    {
      goal: `warm whoami, Redis +${REDIS_DELAY_MS}: p50 at most ${OWN_MS_MAX} ms over the call of Redis alone`,
      measured: `${own.toFixed(1)} ms (${warm.delayed.p50.toFixed(1)}, Redis alone ${direct.delayed.p50.toFixed(1)})`,
      pass: own <= OWN_MS_MAX,
    },
    ...reads.map(({ name, delayed }) => readInTime(name, delayed)),
    ...flatFrom(scale),
    ...timelyFrom(webhooks),
  ];
}

/** Every goal beside its figure. */
export function verdictTable(all: readonly Verdict[]): string {
  return markdown(
    ['goal', 'measured', ''],
    all.map(({ goal, measured, pass }) => [goal, measured, pass ? 'pass' : '**miss**']),
  );
}

function equal(found: number, due: number) {
  return { measured: String(found), pass: found === due };
}

function readInTime(name: string, { p50 }: Latency): Verdict {
  return {
    goal: `${name}, Redis +${REDIS_DELAY_MS}, Neon +${NEON_DELAY_MS}: p50 at most ${READ_P50_MAX_MS} ms`,
    measured: `${p50.toFixed(1)} ms`,
    pass: p50 <= READ_P50_MAX_MS,
  };
}

function kibAtMost(what: string, kib: number, max: number): Verdict {
  return { goal: `${what}: at most ${max} KiB gzip`, measured: `${kib.toFixed(1)} KiB`, pass: kib <= max };
}

function allocatingAtMost(heap: readonly HeapRow[], row: Row | undefined, max: number): Verdict[] {
  return heap
    .filter(({ name }) => name === row?.name)
    .map(({ name, kib }) => ({
      goal: `${name}: allocates at most ${max} KiB`,
      measured: `${kib.toFixed(1)} KiB`,
      pass: kib <= max,
    }));
}

function scriptAtMost(script: readonly ScriptRow[]): Verdict[] {
  if (script.length === 0) return [];
  const micros = Math.max(...script.map((row) => row.micros));
  return [
    {
      goal: `authorize script, whatever the allowlist: at most ${SCRIPT_MAX_MICROS} µs of Redis`,
      measured: `${micros.toFixed(1)} µs`,
      pass: micros <= SCRIPT_MAX_MICROS,
    },
  ];
}

function asking(goal: string, { subrequests }: Row, due: { redis: number; neon: number }): Verdict {
  const { redis, neon } = subrequests;
  return { goal, measured: `${redis} Redis, ${neon} Neon`, pass: redis === due.redis && neon === due.neon };
}

function cpuAtMost(what: string, ratio: number | undefined, max: number): Verdict[] {
  if (ratio === undefined) return [];
  return [{ goal: `${what}: at most ${max} ×`, measured: `${ratio.toFixed(2)} ×`, pass: ratio <= max }];
}

function flatFrom(scale: readonly ScaleRow[]): Verdict[] {
  const [small, large] = [scale.at(0), scale.at(-1)];
  if (!small || !large) return [];
  const size = ({ keys }: ScaleRow) => keys.toLocaleString('en-US');
  return (['warm', 'cold'] as const).map((state) => {
    const ratio = large[state].p50 / small[state].p50;
    return {
      goal: `${state} whoami from ${size(small)} to ${size(large)} keys: p50 at most ${FLAT_MAX} ×`,
      measured: `${ratio.toFixed(2)} ×`,
      pass: ratio <= FLAT_MAX,
    };
  });
}

function timelyFrom([alone, beside]: readonly WebhookRow[]): Verdict[] {
  if (!alone || !beside) return [];
  const ratio = beside.p95 / alone.p95;
  return [
    {
      goal: `from POST to the receiver: p50 at most ${DELIVERY_P50_MAX_MS} ms, p95 at most ${DELIVERY_P95_MAX_MS} ms`,
      measured: `${alone.p50.toFixed(0)} / ${alone.p95.toFixed(0)} ms`,
      pass: alone.p50 <= DELIVERY_P50_MAX_MS && alone.p95 <= DELIVERY_P95_MAX_MS,
    },
    {
      goal: `p95 of deliveries beside an endpoint that hangs: at most ${HANGING_MAX} × that alone`,
      measured: `${ratio.toFixed(2)} ×`,
      pass: ratio <= HANGING_MAX,
    },
  ];
}
