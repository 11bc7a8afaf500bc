import { describe, expect, test } from 'vitest';
import { readWorkerLine } from '../../src/dev/worker-lines.ts';

/** A line of workerd, as it writes what a Worker passes to `console`. */
const line = (message: unknown, level = 'log') =>
  JSON.stringify({ timestamp: 1, level, message: typeof message === 'string' ? message : JSON.stringify(message) });

const request = { event: 'request', requestId: '01', method: 'GET', status: 200, durationMs: 12.4 };

describe('the terminal shows', () => {
  test.each([
    [{ ...request, route: '/reset-password' }, 'GET    /reset-password                              200    12 ms'],
    [
      { ...request, method: 'DELETE', route: '/api/posts/:id', status: 204, durationMs: 1_234 },
      'DELETE /api/posts/:id                               204  1234 ms',
    ],
    [{ ...request, route: 'unknown', status: 404 }, 'GET    (unknown path)                               404    12 ms'],
  ])('a request by its path pattern: %o', (event, text) => {
    expect(readWorkerLine(line(event))).toEqual({ text: JSON.stringify(event), shown: { kind: 'request', text } });
  });

  test.each([
    [{ event: 'unexpected_error', error: 'TypeError', at: [] }, 'log', 'unexpected_error TypeError'],
    [{ event: 'deferred_work_failed', error: 'DbUnavailable' }, 'log', 'deferred_work_failed DbUnavailable'],
    [{ event: 'config_invalid', level: 'error' }, 'log', 'config_invalid'],
    [{ event: 'config_invalid' }, 'error', 'config_invalid'],
    ['Uncaught Error: token=secret', 'error', 'an error of the Worker'],
  ])('an error by its name, and not by its text: %o', (message, level, text) => {
    expect(readWorkerLine(line(message, level)).shown).toEqual({ kind: 'error', text });
  });
});

test.each([
  [line({ event: 'sweep', keys: 0 }), '{"event":"sweep","keys":0}'],
  [line({ event: 'redis_unavailable' }), '{"event":"redis_unavailable"}'],
  [line('a text of a library', 'warn'), 'a text of a library'],
  ['*** Received signal #11: Segmentation fault', '*** Received signal #11: Segmentation fault'],
  ['{"broken', '{"broken'],
  ['', ''],
])('the log file alone has %s', (written, text) => {
  expect(readWorkerLine(written)).toEqual({ text });
});
