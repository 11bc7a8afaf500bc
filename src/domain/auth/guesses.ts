import {
  ISOLATE_GUESSES_MAX_KEYS,
  READ_AHEAD_GIVEN_UP_MS,
  READ_AHEAD_MAX,
  READ_AHEAD_MIN_REMAINING,
} from '../../config/limits.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { ApiKeyActor, Ctx } from '../context.ts';
import { type KeyRecord, keyStatusOf } from '../keys/index.ts';
import type { Admissions } from '../limits/index.ts';
import type { Credentials } from './authentication.ts';
import { actorOf } from './outcomes.ts';

/** A key that Redis has admitted in this isolate. */
interface LikelyKey {
  /** As it stood then. Undefined: a later call was refused, or failed. */
  record: KeyRecord | undefined;
  /** Guesses whose call Redis has not decided. */
  readonly undecided: Set<UnderWay>;
}

/** A guess. That of a request which the runtime has ended, since its client has gone, is never decided. */
interface UnderWay {
  /** When the request came, unix ms. */
  readonly since: number;
}

const likelyKeys = new BoundedMap<string, LikelyKey>(ISOLATE_GUESSES_MAX_KEYS);

/** One call of Redis, and what was guessed of its answer. {@link end} must be called once. */
export interface Guess {
  /** Whom Redis will likely admit. Undefined where nothing is known, or a refusal is likely. */
  readonly actor: ApiKeyActor | undefined;
  /** Redis has admitted the call. */
  confirm(record: KeyRecord): void;
  /** The call is decided. Unless it was confirmed, the isolate makes no guess until it sees a later call admitted. */
  end(): void;
}

/**
 * Guesses if Redis will admit a call, so that a read may send its statement beside it. A guess admits nobody: the rows
 * are shown only where Redis admits this very call. A wrong guess costs one statement. A key that is refused costs an
 * isolate at most {@link READ_AHEAD_MAX} of them, however many calls come, since a refusal ends the guesses.
 *
 * @param counts what this isolate knows of the key's windows
 */
export function guessAdmission(ctx: Ctx, hash: string, credentials: Credentials, counts: Admissions): Guess {
  const key = likelyKeys.get(hash) ?? unlikelyKey();
  const actor = credentials.readAhead && likelyActor(ctx, key, credentials, counts);
  const underWay = { since: ctx.now };
  if (actor) key.undecided.add(underWay);
  let isConfirmed = false;
  return {
    actor,
    confirm(record) {
      isConfirmed = true;
      // A call that was sent before a refusal tells nothing of the time after it.
      if ((likelyKeys.get(hash) ?? key) !== key) return;
      key.record = record;
      likelyKeys.set(hash, key);
    },
    end() {
      key.undecided.delete(underWay);
      if (!isConfirmed && likelyKeys.get(hash) === key) likelyKeys.set(hash, unlikelyKey());
    },
  };
}

const unlikelyKey = (): LikelyKey => ({ record: undefined, undecided: new Set() });

function likelyActor(
  { now }: Ctx,
  { record, undecided }: LikelyKey,
  { address }: Credentials,
  counts: Admissions,
): ApiKeyActor | undefined {
  for (const guess of undecided) if (guess.since <= now - READ_AHEAD_GIVEN_UP_MS) undecided.delete(guess);
  if (!record || undecided.size >= READ_AHEAD_MAX || counts.room(now) < READ_AHEAD_MIN_REMAINING) return undefined;
  return keyStatusOf(record, now, address()?.hex) === 'active' ? actorOf(record) : undefined;
}
