import { readdirSync, readFileSync } from 'node:fs';

/** Length of a clock tick in /proc/{pid}/stat: USER_HZ is 100 on every Linux that Node runs on. */
const TICK_US = 10_000;

/**
 * CPU time that a process has used since it began, user and system, in microseconds. Undefined without /proc.
 *
 * The scheduler's own figure per thread is exact to the nanosecond; `stat` has the same sum in ticks of 10 ms and
 * replaces it if it is missing. Threads that have ended count in `stat` only, but workerd's live as long as it does.
 */
export function cpuMicros(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    return fromSchedstat(pid);
  } catch {
    return fromStat(pid);
  }
}

function fromSchedstat(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const [onCpu = ''] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(onCpu);
  });
  return nanoseconds.reduce((sum, ns) => sum + ns, 0) / 1_000;
}

function fromStat(pid: number): number | undefined {
  try {
    // Fields 14 and 15; the second, the command's name, may itself hold spaces and parentheses.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  } catch {
    return undefined;
  }
}

/** The most memory that a process has had so far (VmHWM), in bytes; undefined without /proc. */
export function peakRss(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1_024;
  } catch {
    return undefined;
  }
}
