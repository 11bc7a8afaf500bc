import { ConfigError } from '../config/env.ts';

/**
 * One structured line; Workers Logs indexes its fields. Never a key, a password, a connection string or a parameter.
 */
export function writeLog(event: { readonly event: string } & Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify(event));
}

/**
 * The part of an error that a log may hold: its name and stack frames. Messages of others may hold text that a log must
 * not.
 */
export function describeError(error: unknown): { error: string; message?: string; at?: string[] } {
  if (!(error instanceof Error)) return { error: typeof error };
  if (error instanceof ConfigError) return { error: error.name, message: error.message };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 8).map((frame) => frame.trim()) };
}
