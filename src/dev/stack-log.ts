import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** The output of the local stack. */
export interface StackLog {
  /** Writes to the log file; with `--verbose` also to the terminal. */
  write(text: string): void;
  /** Writes to the terminal alone. */
  show(line: string): void;
}

/** Opens the log file, emptied, which only its owner may read. */
export function openStackLog(path: string, isVerbose: boolean): StackLog {
  mkdirSync(dirname(path), { recursive: true });
  const file = createWriteStream(path, { mode: 0o600 });
  // A full disk loses lines of the log; the stack keeps running.
  file.on('error', () => undefined);
  return {
    write(text) {
      file.write(`${text}\n`);
      if (isVerbose) console.log(text);
    },
    show: (line) => console.log(line),
  };
}
