import * as z from 'zod';
import type { Outcome, Reply } from './backend.ts';

/** Makes Upstash lock only the script's KEYS; its price is that the script may touch no other key. */
const KEY_LOCKING = /^#!lua\b.*\bflags=\S*allow-key-locking/;

/**
 * Says why a script that locks its keys may not execute a command. It knows where the keys of a command are;
 * for commands that it does not name, the key is the first argument. Upstash documents its wording for keys
 * (https://upstash.com/docs/redis/features/key-locking), not that for commands on the whole database.
 */
const KEY_LOCKING_REFUSAL = `
local all = {DEL=1, UNLINK=1, EXISTS=1, TOUCH=1, MGET=1, SUNION=1, SINTER=1, SDIFF=1}
local odd = {MSET=1, MSETNX=1}
local none = {PING=1, ECHO=1, TIME=1, SCAN=1, KEYS=1, DBSIZE=1, PUBLISH=1}
local flush = {FLUSHDB=1, FLUSHALL=1}
local flag = " in Lua scripts when 'allow-key-locking' flag is set"
local function isKey(key)
  for i = 1, #KEYS do if KEYS[i] == key then return true end end
  return false
end
local function refusal(name, ...)
  if none[name] then return nil end
  if flush[name] then return {err = 'ERR ' .. name .. ' is not allowed' .. flag} end
  local last, step = 1, 1
  if all[name] then last = select('#', ...) end
  if odd[name] then last, step = select('#', ...), 2 end
  for i = 1, math.min(last, select('#', ...)), step do
    local key = tostring((select(i, ...)))
    if not isKey(key) then return {err = 'ERR Dynamic keys are not allowed' .. flag .. '. Key was: ' .. key} end
  end
  return nil
end
`;

const NO_REFUSAL = 'local function refusal() return nil end';

/**
 * Wraps `redis.call` and `redis.pcall` of the script that follows, on the same line, so that the script's
 * lines keep their numbers in error messages. It ends within the function that the script becomes, which
 * sees no more of it than `redis` and two names that no script has.
 */
function prologue(reason: string): string {
  return `
local redis, __metered_commands = (function()
local commands, real = {}, redis
${reason}
local function count(name, ...)
  if type(name) ~= 'string' then return nil end
  local upper = string.upper(name)
  commands[#commands + 1] = upper
  return refusal(upper, ...)
end
return setmetatable({
  call = function(...)
    local refused = count(...)
    if refused then error(refused, 0) end
    return real.call(...)
  end,
  pcall = function(...)
    local refused = count(...)
    if refused then return refused end
    return real.pcall(...)
  end,
}, {__index = real}), commands
end)()
local function __metered_script(...)
`.replaceAll(/\s*\n\s*/g, ' ');
}

/**
 * Returns the work of the script, so that the commands of a failed one are counted too: the commands that it called,
 * whether it failed, and its reply or its error. `xpcall`, since Redis' `pcall` reduces error tables to their text.
 */
const EPILOGUE = `
end
local ok, value = xpcall(__metered_script, function(thrown)
  if type(thrown) == 'table' then
    return type(thrown.err) == 'string' and thrown.err or 'ERR unknown error'
  end
  return 'ERR ' .. tostring(thrown)
end)
if not ok then return {__metered_commands, 1, value} end
if type(value) == 'table' and type(rawget(value, 'err')) == 'string' then return {__metered_commands, 1, value.err} end
return {__metered_commands, 0, value}
`;

/** A Lua table whose last element is nil ends before it, hence the optional reply. */
const meteredReplySchema = z.tuple([z.array(z.string()), z.union([z.literal(0), z.literal(1)])]).rest(z.unknown());

/**
 * The text to execute in place of a script. A first line that begins with `#!` is blanked: plain Redis
 * refuses the flags that only Upstash knows.
 */
export function meteredScript(script: string): string {
  const reason = KEY_LOCKING.test(script) ? KEY_LOCKING_REFUSAL : NO_REFUSAL;
  return prologue(reason) + script.replace(/^#!.*/, '') + EPILOGUE;
}

/** The script's own outcome and the commands it called, out of the outcome of its metered text. */
export function readMetered(outcome: Outcome): { outcome: Outcome; commands: string[] } {
  if ('error' in outcome) return { outcome, commands: [] };
  const [commands, failed, value] = meteredReplySchema.parse(outcome.result);
  if (failed) return { outcome: { error: String(value) }, commands };
  return { outcome: { result: (value ?? null) as Reply }, commands };
}
