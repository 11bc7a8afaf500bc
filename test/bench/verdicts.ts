import { REDIS_DELAY_MS, type Row } from './measure.ts';
import type { ScaleRow } from './scale.ts';
import type { WebhookRow } from './webhooks.ts';

const INVALID_CPU_MAX = 1.3;
const WARM_CPU_MAX = 3;
/** KiB gzip that an isolate parses before its first request, and of all modules. */
const START_MAX_KIB = 205;
const BUNDLE_MAX_KIB = 500;
/** The largest part of a warm request's p50 that may be ours and not Redis'. */
const OWN_MS_MAX = 2;
/** The ratio by which two measurements of one thing differ on a quiet machine. */
const FLAT_MAX = 1.25;
/** From a POST to the first byte at a receiver. */
const DELIVERY_P50_MAX_MS = 300;
const DELIVERY_P99_MAX_MS = 1_500;
/** p99 of deliveries beside an endpoint that hangs, divided by that of deliveries alone. */
const HANGING_MAX = 1.1;

export interface Verdict {
  readonly pass: boolean;
  readonly text: string;
}

export interface Measured {
  readonly invalid: Row;
  /** A bare route with one subrequest. */
  readonly floor: Row;
  readonly warm: Row;
  readonly cold: Row;
  readonly create: Row;
  /** The warm request's call of Redis alone. */
  readonly direct: Row;
  readonly startKib: number;
  readonly bundleKib: number;
  readonly scale: readonly ScaleRow[];
  readonly webhooks: readonly WebhookRow[];
}

/** The numbers to hold, against those measured. */
export function verdicts({
  invalid,
  floor,
  warm,
  cold,
  create,
  direct,
  startKib,
  bundleKib,
  scale,
  webhooks,
}: Measured): Verdict[] {
  const own = warm.delayed.p50 - direct.delayed.p50;
  return [
    counted('invalid key: no subrequest', invalid, { redis: 0, neon: 0 }),
    ...cpuAtMost(`invalid key: at most ${INVALID_CPU_MAX} × the CPU of a bare route`, invalid, INVALID_CPU_MAX),
    counted('warm whoami: exactly 1 subrequest', warm, { redis: 1, neon: 0 }),
    ...cpuAtMost(`warm whoami: at most ${WARM_CPU_MAX} × the CPU of a bare route`, warm, WARM_CPU_MAX, floor),
    {
      pass: cold.subrequests.statements === 1,
      text: `cold whoami: 1 SQL statement: ${cold.subrequests.statements}`,
    },
    counted('create: 1 Redis + 1 Neon', create, { redis: 1, neon: 1 }),
    kibAtMost('parsed at the start of an isolate', startKib, START_MAX_KIB),
    kibAtMost('all modules', bundleKib, BUNDLE_MAX_KIB),
    {
      pass: own <= OWN_MS_MAX,
      text:
        `warm whoami under delays: p50 at most that of Redis + ${OWN_MS_MAX} ms: ` +
        `${warm.delayed.p50.toFixed(1)} ms, of which Redis ${direct.delayed.p50.toFixed(1)} ms ` +
        `(the delay of ${REDIS_DELAY_MS} ms and the call itself), ours ${own.toFixed(1)} ms`,
    },
    ...flatFrom(scale),
    ...timelyFrom(webhooks),
  ];
}

function kibAtMost(what: string, kib: number, max: number): Verdict {
  return { pass: kib <= max, text: `${what}: at most ${max} KiB gzip: ${kib.toFixed(1)} KiB` };
}

function counted(promise: string, { subrequests }: Row, due: { redis: number; neon: number }): Verdict {
  const { redis, neon } = subrequests;
  return { pass: redis === due.redis && neon === due.neon, text: `${promise}: ${redis} Redis, ${neon} Neon` };
}

function cpuAtMost(promise: string, { cpu }: Row, max: number, floor?: Row): Verdict[] {
  if (!cpu) return [];
  const least = floor?.cpu ? `, where one subrequest alone is ${floor.cpu.ratio.median.toFixed(2)} ×` : '';
  return [{ pass: cpu.ratio.median <= max, text: `${promise}: ${cpu.ratio.median.toFixed(2)} ×${least}` }];
}

function flatFrom(scale: readonly ScaleRow[]): Verdict[] {
  const [small, large] = [scale.at(0), scale.at(-1)];
  if (!small || !large) return [];
  const size = ({ keys }: ScaleRow) => keys.toLocaleString('en-US');
  return (['warm', 'cold'] as const).map((state) => {
    const ratio = large[state].p50 / small[state].p50;
    const text = `${state} whoami flat from ${size(small)} to ${size(large)} keys: p50 ${ratio.toFixed(2)} ×`;
    return { pass: ratio <= FLAT_MAX, text };
  });
}

function timelyFrom([alone, beside]: readonly WebhookRow[]): Verdict[] {
  if (!alone || !beside) return [];
  const ratio = beside.p99 / alone.p99;
  return [
    {
      pass: alone.p50 <= DELIVERY_P50_MAX_MS && alone.p99 <= DELIVERY_P99_MAX_MS,
      text:
        `from POST to the receiver: p50 at most ${DELIVERY_P50_MAX_MS} ms, p99 at most ${DELIVERY_P99_MAX_MS} ms: ` +
        `${alone.p50.toFixed(0)} / ${alone.p99.toFixed(0)} ms`,
    },
    {
      pass: ratio <= HANGING_MAX,
      text: `p99 beside an endpoint that hangs: at most ${HANGING_MAX} × that alone: ${ratio.toFixed(2)} ×`,
    },
  ];
}
