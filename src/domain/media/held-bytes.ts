import { HELD_MAX_BYTES, HOLD_WAIT_MS } from '../../config/limits.ts';
import { Refused } from '../refusal.ts';

/** Somebody who waits for room. */
interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/** Bytes that the requests of this isolate hold. */
let held = 0;
/** In the order in which they came, so that a large file is not overtaken for ever. */
const queue: Waiting[] = [];

/**
 * Room for a file of at most so many bytes; waits until there is. A request holds one file at a time and waits for none
 * while it does, so those who hold always finish.
 *
 * @returns the bytes, to be filled, and what gives the room back: it must be called, or the room is lost to the isolate
 * @throws Refused `service_unavailable` where there is no room in time
 */
export async function holdBytes(
  bytes: number,
): Promise<{ readonly room: Uint8Array<ArrayBuffer>; readonly release: () => void }> {
  if (queue.length > 0 || held + bytes > HELD_MAX_BYTES) await untilRoom(bytes);
  else held += bytes;
  const room = new Uint8Array(bytes);
  const release = () => {
    // Frees it now: the collector would let a few of them come together first, and is told of none.
    room.buffer.transfer(0);
    held -= bytes;
    admitNext();
  };
  return { room, release };
}

async function untilRoom(bytes: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  try {
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { bytes, admit: resolve };
      queue.push(waiting);
      timer = setTimeout(() => {
        const place = queue.indexOf(waiting);
        if (place < 0) return;
        queue.splice(place, 1);
        admitNext();
        reject(new Refused({ code: 'service_unavailable', why: 'uploads' }));
      }, HOLD_WAIT_MS);
    });
  } finally {
    clearTimeout(timer);
  }
}

function admitNext(): void {
  for (let first = queue[0]; first && held + first.bytes <= HELD_MAX_BYTES; first = queue[0]) {
    queue.shift();
    held += first.bytes;
    first.admit();
  }
}
