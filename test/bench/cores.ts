import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/**
 * On Linux workerd gets the last core to itself, and the rest of the bench the others. Otherwise they evict each other
 * from the caches, and the CPU of one request varies by half. Undefined if that is not possible.
 */
export const WORKERD_CORE = reserveCore();

function reserveCore(): number | undefined {
  const last = cpus().length - 1;
  if (process.platform !== 'linux' || last < 1) return undefined;
  try {
    // Before there are other threads and processes: they inherit it.
    execFileSync('taskset', ['-acp', `0-${last - 1}`, String(process.pid)], { stdio: 'ignore' });
    return last;
  } catch {
    return undefined;
  }
}

/** The command that runs another one on the core of workerd. */
export function onWorkerdCore(command: string, args: readonly string[]): [string, string[]] {
  if (WORKERD_CORE === undefined) return [command, [...args]];
  // It replaces itself by the command, which so keeps its process id.
  return ['taskset', ['-c', String(WORKERD_CORE), command, ...args]];
}
