import {
  DAY_BUCKET_MS,
  DAY_WINDOW_MINUTES,
  HOUR_MS,
  MINUTE_WINDOW_MS,
  POSTS_PER_MINUTE,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
  USAGE_HOURS,
  USAGE_TTL_MS,
} from '../../config/limits.ts';
import type { Script } from '../redis.ts';

/**
 * First field of a key's record. A Worker removes a record of another version, so a new one must not meet an older
 * Worker.
 */
export const RECORD_VERSION = 'k1';
/** In the second field of a record: the account of the key is suspended. */
export const SUSPENDED = 'suspended';
/** The record of a hash that no key has. */
export const UNKNOWN_RECORD = 'unknown';

/** The first line of every script: Upstash then locks the declared keys only, and not the whole database. */
const LOCK_DECLARED_KEYS = '#!lua flags=allow-key-locking';

/** A range of an allowlist in a record: a comma, two addresses of 32 digits, and what stands between them. */
const RANGE = 66;

/** A timestamp in a log: unix milliseconds in 13 digits, which lasts until the year 2286. */
const STAMP = 13;

/** Windows of a key that was not used yet. */
const NO_WINDOWS = 'u1|||||0|0|0';

/**
 * `authorize`: everything the hot path must know of a key, in one round trip.
 *
 * KEYS: the key's record, its windows, its usage.
 * ARGV: now (unix ms), the client's address as 32 hexadecimal digits or nothing, the same address as text, `posts` when
 * the request is a `POST /api/posts`, `show` when only the room of that window is asked for, `write` when the request
 * may change the profile of the key's owner, then two logs of requests that the caller admitted while Redis was away,
 * all of them and the posts: they count like ours, and are not kept. If the caller has refused requests from memory:
 * their number and their hour (unix hours).
 *
 * Record: `k1|why it ended|expires at|,lo-hi,lo-hi…|loaded at|JSON`; Lua reads the first five fields. The second is the
 * reason of a revocation, `suspended` while the account is, or nothing. The ranges are sorted and do not meet. Workers
 * from before that put them in any order, without the first comma; their records are in Redis for an hour at most. They
 * read ours as their own.
 *
 * Windows: `u1|last use|its address|minute log|posts log|bucket|total|day log|last write`. The last field is there once
 * the key was admitted to a `write`: the time of the latest one, 13 digits. The two logs are the exact times of the
 * requests admitted in the last minute, 13 digits each. The day log has one character for each of the last 1,441
 * minutes, the newest last: the number admitted in it, counted up from `0` (at most 60, so up to `l`). `bucket` is the
 * minute of its last character, `total` the sum.
 *
 * The posts log begins with two numbers of 13 digits that are no times: `0`, the hour (unix hours, 7 digits) and the
 * requests admitted in it (5); `0` and those refused for a limit in it (12). They stand there because Workers from
 * before them read windows too: as times of the 1970s they are in no window, and such a Worker keeps or drops them
 * without harm to a limit.
 *
 * Usage: `first hour|last hour|counts`, written with the first request of an hour for the hour before. The counts
 * follow each other hour by hour: the requests admitted, then `!` and those refused if there were any. `+` and a number
 * skip hours, `-` and a number go back: an isolate may tell late that it refused requests. A number is its groups of 5
 * bits, the lowest first: `0` to `O` for the last group, `P` to `o` for those before it. Pages read it by
 * `domain/keys/usage-log.ts`.
 *
 * Answers, all of them strings: `miss` (nothing was touched) · `unknown` · `unreadable` (what was unreadable is gone) ·
 * `revoked|expired|suspended|ip_not_allowed, record` (nothing was consumed) · `admitted, record, remaining, resets at,
 * moved, last write, rooms` (`moved` where the last admitted request came from another address, or there was none; else
 * nothing. `last write` before this request, or nothing) · `limited, record, remaining, resets at, window, retry at,
 * rooms` (nothing was consumed). Rooms are four values: what remains of the day and when it frees its oldest minute,
 * then the same of posts, or nothing twice.
 *
 * A `now` older than the newest admitted request (another Worker's clock is ahead) counts as that request's time, so
 * the logs stay sorted. Billed commands: 2 where nothing is counted, else 3, and two more on the first use in an hour.
 * The rules in TypeScript: `domain/limits/windows.ts`, `domain/keys/key-status.ts`.
 */
export const AUTHORIZE: Script = {
  text: `${LOCK_DECLARED_KEYS}
local now = tonumber(ARGV[1])
local address = ARGV[2]

local found = redis.call('MGET', KEYS[1], KEYS[2])
local record = found[1]
if not record then return { 'miss' } end
if record == '${UNKNOWN_RECORD}' then return { 'unknown' } end

-- The allowlist is read by position: a pattern over 50 ranges would take longer than all the rest.
local ended, expiresAt, from = string.match(record, '^${RECORD_VERSION}|(%a*)|(%d*)|()')
local to = from and string.find(record, '|', from, true)
local isSorted = to and to > from and string.sub(record, from, from) == ','
if not to or not string.find(record, '^%d+|', to + 1) or isSorted and (to - from) % ${RANGE} ~= 0 then
  redis.call('DEL', KEYS[1])
  return { 'unreadable' }
end

-- The log of a day is read by position, and each of its characters is checked when it is used: a pattern over 1,441 of
-- them would take longer than all the rest. Its last count is apart, so that counting copies the others once.
local value = found[2] or '${NO_WINDOWS}'
local lastAddress, minuteLog, postsAt, postsLog, b, t, at =
  string.match(value, '^u1|%d*|([%x:.]*)|(%d*)|()(%d*)|(%d+)|(%d+)|()')
local dayEnd = at and (string.find(value, '|', at, true) or #value + 1)
local lastWrite = at and string.sub(value, dayEnd + 1)
local isReadable = at and dayEnd > at and #minuteLog % ${STAMP} == 0 and #postsLog % ${STAMP} == 0 and
  string.find(value, '^[0-l]', dayEnd - 1) and string.find(lastWrite, '^%d*$')
local days = isReadable and string.sub(value, at, dayEnd - 2)
local ofMinute = isReadable and string.byte(value, dayEnd - 1) - 48
local bucket, total = tonumber(b), tonumber(t)
-- The hour that is being counted.
local hour, accepted, throttled
local countsEnd = postsAt
if isReadable then
  local h, a, r, posts = string.match(postsLog, '^0(%d%d%d%d%d%d%d)(%d%d%d%d%d)0(%d%d%d%d%d%d%d%d%d%d%d%d)(%d*)$')
  if h then
    hour, accepted, throttled, postsLog = tonumber(h), tonumber(a), tonumber(r), posts
    countsEnd = postsAt + ${2 * STAMP}
  end
end

local function count(at, admitted, refused)
  if at == hour then
    accepted, throttled = accepted + admitted, throttled + refused
    return
  end
  local function packed(value)
    local text = ''
    while value >= 32 do
      text = text .. string.char(80 + value % 32)
      value = math.floor(value / 32)
    end
    return text .. string.char(48 + value)
  end
  local function unpacked(text)
    local value = 0
    for i = #text, 1, -1 do value = value * 32 + (string.byte(text, i) - 48) % 32 end
    return value
  end
  -- Adds an hour that is over to the usage, and takes from it what is older than ${USAGE_HOURS} hours.
  local function keep(at, admitted, refused)
    local f, l, counts = string.match(redis.call('GET', KEYS[3]) or '', '^(%d+)|(%d+)|(.*)$')
    local first, skipped = tonumber(f) or at, at - (tonumber(l) or at - 1) - 1
    counts = (counts or '') .. (skipped > 0 and '+' .. packed(skipped) or skipped < 0 and '-' .. packed(-skipped) or '') ..
      packed(admitted) .. (refused > 0 and '!' .. packed(refused) or '')
    while first <= at - ${USAGE_HOURS} do
      local sign, number, rest = string.match(counts, '^([+-]?)([P-o]*[0-O])(.*)$')
      if not sign then break end
      first = first + (sign == '' and 1 or sign == '+' and unpacked(number) or -unpacked(number))
      counts = sign == '' and string.gsub(rest, '^![P-o]*[0-O]', '') or rest
    end
    redis.call('SET', KEYS[3], string.format('%.0f|%.0f|%s', first, at, counts), 'PX', ${USAGE_TTL_MS})
  end
  if hour and at < hour then return keep(at, admitted, refused) end
  if hour then keep(hour, accepted, throttled) end
  hour, accepted, throttled = at, admitted, refused
end
local function counts() return string.format('0%07.0f%05.0f0%012.0f', hour, accepted, throttled) end
local function write(windows) redis.call('SET', KEYS[2], windows, 'PX', ${USAGE_TTL_MS}) end
-- Writes the windows as they were, with other counts.
local function writeCounts() write(string.sub(value, 1, postsAt - 1) .. counts() .. string.sub(value, countsEnd)) end
local isTold = ARGV[8] and isReadable
if isTold then count(tonumber(ARGV[9]), 0, tonumber(ARGV[8])) end
local function refused(why)
  if isTold then writeCounts() end
  return { why, record }
end

if ended ~= '' and ended ~= '${SUSPENDED}' then return refused('revoked') end
if expiresAt ~= '' and tonumber(expiresAt) <= now then return refused('expired') end
if ended ~= '' then return refused('suspended') end
if to > from then
  local isInside = false
  if isSorted then
    -- Ranges that are sorted do not meet, so of them the last that begins at the address or before it decides.
    local before, after = 0, (to - from) / ${RANGE}
    while before < after do
      local middle = math.floor((before + after) / 2)
      local lo = from + ${RANGE} * middle + 1
      if string.sub(record, lo, lo + 31) <= address then before = middle + 1 else after = middle end
    end
    local hi = from + ${RANGE} * before - 32
    isInside = before > 0 and address <= string.sub(record, hi, hi + 31)
  else
    for lo, hi in string.gmatch(string.sub(record, from, to - 1), '(%x+)%-(%x+)') do
      isInside = isInside or lo <= address and address <= hi
    end
  end
  if #address ~= 32 or not isInside then return refused('ip_not_allowed') end
end
if not isReadable then
  redis.call('DEL', KEYS[2])
  return { 'unreadable' }
end

local newest = tonumber(string.sub(minuteLog, -${STAMP}))
if newest and newest > now then now = newest end

local function withinMinute(log)
  local first = 1
  while first < #log and tonumber(string.sub(log, first, first + ${STAMP - 1})) <= now - ${MINUTE_WINDOW_MS} do
    first = first + ${STAMP}
  end
  return string.sub(log, first)
end

minuteLog = withinMinute(minuteLog)
local countsPost = ARGV[4] == 'posts'
local looksAtPosts = countsPost or ARGV[4] == 'show'
if looksAtPosts then postsLog = withinMinute(postsLog) end
local otherMinute, otherPosts = withinMinute(ARGV[6] or ''), withinMinute(ARGV[7] or '')
local used = (#minuteLog + #otherMinute) / ${STAMP}

-- The time that stands at a place in two logs, were they one.
local function nth(place, a, b)
  local i, j, time = 1, 1, nil
  for _ = 1, place do
    local x, y = tonumber(string.sub(a, i, i + ${STAMP - 1})), tonumber(string.sub(b, j, j + ${STAMP - 1}))
    if y == nil or (x ~= nil and x <= y) then
      time, i = x, i + ${STAMP}
    else
      time, j = y, j + ${STAMP}
    end
  end
  return time
end

local current = math.floor(now / ${DAY_BUCKET_MS})
local elapsed = current - bucket
if elapsed > ${DAY_WINDOW_MINUTES} then
  days, ofMinute, total = '', 0, 0
elseif elapsed > 0 then
  days = days .. string.char(48 + ofMinute) .. string.rep('0', elapsed - 1)
  ofMinute = 0
end
local excess = #days - ${DAY_WINDOW_MINUTES}
if excess > 0 then
  local over = string.sub(days, 1, excess)
  if not string.find(over, '^[0-l]+$') then
    redis.call('DEL', KEYS[2])
    return { 'unreadable' }
  end
  for i = 1, #over do total = total - string.byte(over, i) + 48 end
  days = string.sub(days, excess + 1)
end
-- When the oldest minute that counts leaves the day, or nothing.
local function dayFrees()
  local first = string.match(days, '^0*()')
  if first > #days and ofMinute == 0 then return nil end
  return (current - #days + first + ${DAY_WINDOW_MINUTES}) * ${DAY_BUCKET_MS}
end

local window, retryAt = '', 0
local function fullUntil(name, time)
  if time > retryAt then window, retryAt = name, time end
end
if used >= ${REQUESTS_PER_MINUTE} then
  fullUntil('minute', nth(used - ${REQUESTS_PER_MINUTE - 1}, minuteLog, otherMinute) + ${MINUTE_WINDOW_MS})
end
local usedPosts = (#postsLog + #otherPosts) / ${STAMP}
if countsPost and usedPosts >= ${POSTS_PER_MINUTE} then
  fullUntil('posts', nth(usedPosts - ${POSTS_PER_MINUTE - 1}, postsLog, otherPosts) + ${MINUTE_WINDOW_MS})
end
if total >= ${REQUESTS_PER_DAY} then
  fullUntil('day', dayFrees())
end

local function number(value) return string.format('%.0f', value) end
-- The reply with what remains of the day and of posts, and when each frees its oldest.
local function reply(outcome, remaining, resetsAt, fifth, sixth)
  local room, frees = '', ''
  if looksAtPosts then
    room = number(math.max(0, ${POSTS_PER_MINUTE} - (#postsLog + #otherPosts) / ${STAMP}))
    local oldest = nth(1, postsLog, otherPosts)
    frees = number(oldest and oldest + ${MINUTE_WINDOW_MS} or now)
  end
  return { outcome, record, number(remaining), number(resetsAt), fifth, sixth,
    number(math.max(0, ${REQUESTS_PER_DAY} - total)), number(dayFrees() or now), room, frees }
end

local oldest = nth(1, minuteLog, otherMinute)
local thisHour = math.floor(now / ${HOUR_MS})
if window ~= '' then
  count(thisHour, 0, 1)
  writeCounts()
  local remaining = math.max(0, ${REQUESTS_PER_MINUTE} - used)
  return reply('limited', remaining, oldest and oldest + ${MINUTE_WINDOW_MS} or now, window, number(retryAt))
end

local stamp = string.format('%0${STAMP}.0f', now)
if countsPost then postsLog = postsLog .. stamp end
ofMinute, total = ofMinute + 1, total + 1
count(thisHour, 1, 0)
local lastOne = ARGV[5] == 'write' and stamp or lastWrite
write(string.format('u1|%s|%s|%s%s|%s%s|%.0f|%.0f|%s%s%s', stamp, ARGV[3], minuteLog, stamp, counts(), postsLog, current,
  total, days, string.char(48 + ofMinute), lastOne == '' and '' or '|' .. lastOne))
return reply('admitted', ${REQUESTS_PER_MINUTE - 1} - used, math.min(oldest or now, now) + ${MINUTE_WINDOW_MS},
  lastAddress == ARGV[3] and '' or 'moved', lastWrite)
`,
};

/**
 * `replace`: puts a newer record in the place of the one it was derived from, and only of that one, so that a
 * refresh which began before a revocation cannot undo its tombstone. KEYS: the record. ARGV: the record it
 * replaces, the new one, its life in milliseconds. Answers 1 when it was replaced.
 */
export const REPLACE_RECORD: Script = {
  text: `${LOCK_DECLARED_KEYS}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`,
};

/**
 * `create`: puts the record of a new key where there is none, or where somebody probed the hash before (`unknown`). A
 * command that arrives late cannot undo a revocation. KEYS: the record. ARGV: the record, its life in milliseconds.
 * Answers 1 when it was set.
 */
export const CREATE_RECORD: Script = {
  text: `${LOCK_DECLARED_KEYS}
local found = redis.call('GET', KEYS[1])
if found and found ~= '${UNKNOWN_RECORD}' then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`,
};

/**
 * `forget`: removes the record of a key, so that the next request reads Neon; a revocation marker stays. KEYS: the
 * record. Answers 1 when it was removed.
 */
export const FORGET_RECORD: Script = {
  text: `${LOCK_DECLARED_KEYS}
local found = redis.call('GET', KEYS[1])
if not found or string.match(found, '^${RECORD_VERSION}|%a+|') then return 0 end
return redis.call('DEL', KEYS[1])
`,
};

/**
 * `suspend`: puts the record of a suspended account's key over whatever is there but a revocation marker. KEYS: the
 * record. ARGV: the record, its life in milliseconds. Answers 1 when it was set.
 */
export const SUSPEND_RECORD: Script = {
  text: `${LOCK_DECLARED_KEYS}
local ended = string.match(redis.call('GET', KEYS[1]) or '', '^${RECORD_VERSION}|(%a+)|')
if ended and ended ~= '${SUSPENDED}' then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`,
};

/**
 * `unsuspend`: removes the record of a key whose account was suspended, so that the next request reads Neon. KEYS: the
 * record. Answers 1 when it was removed.
 */
export const UNSUSPEND_RECORD: Script = {
  text: `${LOCK_DECLARED_KEYS}
if not string.match(redis.call('GET', KEYS[1]) or '', '^${RECORD_VERSION}|${SUSPENDED}|') then return 0 end
return redis.call('DEL', KEYS[1])
`,
};
