/** A script that Lua 5.1 would not compile. */
export class LuaSyntaxError extends Error {
  override readonly name = 'LuaSyntaxError';
}

const TOKENS = new RegExp(
  [
    /--\[(?<comment>=*)\[[\s\S]*?\]\k<comment>\]/, // long comment
    /--[^\n]*/, // comment
    /\[(?<string>=*)\[[\s\S]*?\]\k<string>\]/, // long string
    /"(?:\\[\s\S]|[^"\\\n])*"/,
    /'(?:\\[\s\S]|[^'\\\n])*'/,
    /[A-Za-z_]\w*/, // names: a digit within one begins no numeral
    /(?<numeral>0[xX][\da-fA-F]+|\d+(?![\d.eExX]))/, // an integer; `1.5`, `1.` and `1e3` are doubles anyway
    /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/,
    /\.{2,3}|~=/,
    /(?<later>\/\/|<<|>>|::|[&|~])/, // operators that came after 5.1
  ]
    .map((token) => token.source)
    .join('|'),
  'g',
);

/**
 * Makes a Lua 5.1 script mean the same in fengari, a Lua 5.3 with integers of 32 bits:
 *
 * - integer literals become doubles. `30 * 24 * 3600 * 1000` is 2,592,000,000 in Redis and would be
 *   -1,702,967,296 in fengari. Doubles are written alike here (see embedded.ts), and what else makes integers
 *   (`#`, string positions) stays small.
 * - operators of later Luas are refused, so that no script passes here and fails in Redis.
 *
 * Lines are kept, for error messages.
 *
 * @throws {LuaSyntaxError} with a message such as Redis gives.
 */
export function translateLua51(script: string): string {
  return script.replace(TOKENS, (token: string, ...rest: unknown[]) => {
    const { numeral, later } = rest.at(-1) as Partial<Record<string, string>>;
    if (later !== undefined) {
      const line = script.slice(0, rest.at(-3) as number).split('\n').length;
      throw new LuaSyntaxError(`user_script:${line}: unexpected symbol near '${later.charAt(0)}'`);
    }
    if (numeral === undefined) return token;
    const value = String(Number(numeral));
    return value.includes('e') ? value : `${value}.0`;
  });
}
