/** What a request asks of the services. */
export interface Subrequests {
  readonly redis: number;
  readonly neon: number;
  /** Redis commands that Upstash bills. */
  readonly commands: number;
  readonly statements: number;
}

export interface Due extends Subrequests {
  /** Requests that come within so many milliseconds share what they ask for, so these are at most. */
  readonly sharedMs?: number;
}

const NOTHING: Due = { redis: 0, neon: 0, commands: 0, statements: 0 };
/** A failed call is kept after its response, in a round that waits 5 ms for each of the 200 rows of the one before. */
const KEPT_FAILURE: Due = { ...NOTHING, neon: 1, statements: 2, sharedMs: 1_000 };

/**
 * What each row of the bench asks per request. The bench aborts where a row asks for anything else, and the costs in
 * `src/SCALE.md` are made of these.
 */
export const DUE = {
  bare: NOTHING,
  floor: { redis: 1, neon: 0, commands: 3, statements: 0 },
  floorOfBoth: { redis: 1, neon: 1, commands: 3, statements: 1 },
  direct: { redis: 1, neon: 0, commands: 3, statements: 0 },
  invalid: NOTHING,
  unknown: { redis: 2, neon: 1, commands: 3, statements: 1 },
  probed: { redis: 1, neon: 0, commands: 2, statements: 0 },
  /** A round of 250 ms looks up all hashes that come in it. */
  flood: { redis: 1, neon: 1, commands: 1, statements: 1, sharedMs: 250 },
  limitedAgain: KEPT_FAILURE,
  revokedAgain: KEPT_FAILURE,
  warm: { redis: 1, neon: 0, commands: 3, statements: 0 },
  cold: { redis: 2, neon: 1, commands: 6, statements: 1 },
  create: { redis: 1, neon: 1, commands: 3, statements: 4 },
  read: { redis: 1, neon: 1, commands: 3, statements: 1 },
  edit: { redis: 1, neon: 1, commands: 3, statements: 2 },
  comment: { redis: 1, neon: 1, commands: 3, statements: 4 },
  list: { redis: 1, neon: 1, commands: 3, statements: 1 },
  /** In a new window of its own each counter takes a command more. */
  usual: { redis: 1, neon: 1, commands: 10, statements: 1 },
  betterAuthDatabase: { redis: 0, neon: 4, commands: 0, statements: 4 },
  betterAuthRedis: { redis: 6, neon: 1, commands: 6, statements: 1 },
  shieldBinding: NOTHING,
  shieldUpstash: { redis: 1, neon: 0, commands: 5, statements: 0 },
} as const satisfies Record<string, Due>;

/** @throws Error where a row asked for anything but what is due */
export function assertDue(name: string, asked: Subrequests, due: Due): void {
  const kinds = ['redis', 'neon', 'commands', 'statements'] as const;
  if (kinds.every((kind) => (due.sharedMs ? asked[kind] <= due[kind] : asked[kind] === due[kind]))) return;
  throw new Error(`${name} asked for ${JSON.stringify(asked)} per request where ${JSON.stringify(due)} is due`);
}
