import * as z from 'zod';
import type { Bench } from './measure.ts';
import { ourScenarios, type Scenario } from './scenarios.ts';
import type { Seed } from './seed.ts';
import type { BenchServices } from './services.ts';
import { startTarget } from './target.ts';

/** What a request allocates in the heap of JavaScript, garbage included. */
export interface HeapRow {
  readonly name: string;
  readonly kib: number;
}

/** Bytes between two samples, on average: a pass over a row has thousands of them. */
const SAMPLED_EVERY_BYTES = 1_024;

/** A function of V8's profile, with what it allocated itself and what it called. */
interface ProfileNode {
  readonly selfSize: number;
  readonly children: readonly ProfileNode[];
}

const nodeSchema: z.ZodType<ProfileNode> = z.object({
  selfSize: z.number(),
  get children() {
    return z.array(nodeSchema);
  },
});

const profileSchema = z.object({ profile: z.object({ head: nodeSchema }) });

/**
 * Measures what the rows of our Worker allocate, by V8's sampling profiler. In a workerd of its own: an inspector takes
 * CPU.
 *
 * @param options.requests of a pass
 */
export async function measureHeap(
  services: BenchServices,
  bench: Bench,
  { seed, requests }: { readonly seed: Seed; readonly requests: number },
): Promise<HeapRow[]> {
  const target = await startTarget(services, { name: 'heap', entry: 'src/worker.ts', isInspected: true });
  const inspector = await Inspector.connect(target.inspectorUrl);
  try {
    const { invalid, warm, cold, read, list, create, edit, comment } = await ourScenarios(services, target, seed);
    // A key's first whoami after a write reads its profile anew.
    await bench.quiet(warm, seed.keys.length);
    const rows: HeapRow[] = [];
    for (const scenario of [invalid, warm, cold, read, list, create, edit, comment]) {
      rows.push({ name: scenario.name, kib: (await allocatedBy(scenario)) / requests / 1_024 });
    }
    return rows;
  } finally {
    inspector.close();
    await target.close();
  }

  async function allocatedBy(scenario: Scenario): Promise<number> {
    // What is made once is in no request's bill.
    await bench.quiet(scenario, requests);
    await inspector.send('HeapProfiler.startSampling', {
      samplingInterval: SAMPLED_EVERY_BYTES,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    await bench.counted(scenario, requests);
    const { profile } = profileSchema.parse(await inspector.send('HeapProfiler.stopSampling'));
    return sizeOf(profile.head);
  }
}

function sizeOf({ selfSize, children }: ProfileNode): number {
  return children.reduce((sum, child) => sum + sizeOf(child), selfSize);
}

const targetsSchema = z.tuple([z.object({ webSocketDebuggerUrl: z.url() })]);

const answerSchema = z.object({ id: z.number(), result: z.unknown() });

/** The protocol of Chrome's DevTools, as far as it is needed. */
class Inspector {
  readonly #socket: WebSocket;
  #sent = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async connect(url: string): Promise<Inspector> {
    const [{ webSocketDebuggerUrl }] = targetsSchema.parse(await (await fetch(`${url}/json`)).json());
    const socket = new WebSocket(webSocketDebuggerUrl);
    await eventOf(socket, 'open');
    const inspector = new Inspector(socket);
    await inspector.send('HeapProfiler.enable');
    return inspector;
  }

  /** Resolves with the result of a command. One command at a time. */
  async send(method: string, params: object = {}): Promise<unknown> {
    this.#sent += 1;
    this.#socket.send(JSON.stringify({ id: this.#sent, method, params }));
    for (;;) {
      const { data } = (await eventOf(this.#socket, 'message')) as MessageEvent;
      const answer = answerSchema.safeParse(JSON.parse(String(data)));
      if (answer.data?.id === this.#sent) return answer.data.result;
    }
  }

  close(): void {
    this.#socket.close();
  }
}

function eventOf(socket: WebSocket, name: 'open' | 'message'): Promise<Event> {
  return new Promise((resolve, reject) => {
    socket.addEventListener(name, resolve, { once: true });
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')), { once: true });
  });
}
