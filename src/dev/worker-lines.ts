import * as z from 'zod';

/** A line of workerd: a Worker's `console` call, as structured log. */
const consoleSchema = z.object({ level: z.string(), message: z.string() });

const requestSchema = z.object({
  event: z.literal('request'),
  method: z.string(),
  route: z.string(),
  status: z.int(),
  durationMs: z.number(),
});

const eventSchema = z.object({ event: z.string(), level: z.string().optional(), error: z.string().optional() });

/** Events that are our errors, with or without a level. */
const FAILURES: readonly string[] = ['unexpected_error', 'deferred_work_failed'];

/** A line that workerd wrote, in two forms. */
export interface WorkerLine {
  /** For the log file. */
  readonly text: string;
  /** For the terminal; most lines have no such text. */
  readonly shown?: { readonly kind: 'request' | 'error'; readonly text: string };
}

/**
 * Reads one line of workerd's output. A request is shown by its method, path pattern, status and milliseconds. Its URL
 * is not shown, because the URLs of pages hold tokens. An error is shown by its name, because its text may hold
 * anything.
 */
export function readWorkerLine(line: string): WorkerLine {
  const written = consoleSchema.safeParse(parse(line)).data;
  if (!written) return { text: line };
  const { level, message } = written;
  const json = parse(message);
  const request = requestSchema.safeParse(json).data;
  if (request) return { text: message, shown: { kind: 'request', text: requestLine(request) } };
  const event = eventSchema.safeParse(json).data;
  if (level !== 'error' && event?.level !== 'error' && !FAILURES.includes(event?.event ?? '')) return { text: message };
  const name = event ? [event.event, event.error].filter(Boolean).join(' ') : 'an error of the Worker';
  return { text: message, shown: { kind: 'error', text: name } };
}

function requestLine({ method, route, status, durationMs }: z.infer<typeof requestSchema>): string {
  const path = route === 'unknown' ? '(unknown path)' : route;
  return `${method.padEnd(6)} ${path.padEnd(44)} ${status} ${String(Math.round(durationMs)).padStart(5)} ms`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
