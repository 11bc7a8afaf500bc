/** The authorize script of Workers that count usage in a hash for each UTC day, as it was when its successor came. */
export const EARLIER_AUTHORIZE = `#!lua flags=allow-key-locking
local now = tonumber(ARGV[1])
local address = ARGV[2]

local found = redis.call('MGET', KEYS[1], KEYS[2])
local record = found[1]
if not record then return { 'miss' } end
if record == 'unknown' then return { 'unknown' } end

-- The allowlist is read by position: a pattern over 50 ranges would take longer than all the rest.
local ended, expiresAt, from = string.match(record, '^k1|(%a*)|(%d*)|()')
local to = from and string.find(record, '|', from, true)
local isSorted = to and to > from and string.sub(record, from, from) == ','
if not to or not string.find(record, '^%d+|', to + 1) or isSorted and (to - from) % 66 ~= 0 then
  redis.call('DEL', KEYS[1])
  return { 'unreadable' }
end
if ARGV[9] then
  local added = redis.call('HINCRBY', KEYS[4], ARGV[10] .. ':throttled', ARGV[9])
  if added == tonumber(ARGV[9]) then redis.call('PEXPIRE', KEYS[4], 2764800000) end
end
if ended ~= '' and ended ~= 'suspended' then return { 'revoked', record } end
if expiresAt ~= '' and tonumber(expiresAt) <= now then return { 'expired', record } end
if ended ~= '' then return { 'suspended', record } end
-- Ranges that are sorted do not meet, so of them the last that begins at the address or before it decides.
local function isInSorted()
  local before, after = 0, (to - from) / 66
  while before < after do
    local middle = math.floor((before + after) / 2)
    local lo = from + 66 * middle + 1
    if string.sub(record, lo, lo + 31) <= address then before = middle + 1 else after = middle end
  end
  local hi = from + 66 * before - 32
  return before > 0 and address <= string.sub(record, hi, hi + 31)
end
local function isInUnsorted()
  for lo, hi in string.gmatch(string.sub(record, from, to - 1), '(%x+)%-(%x+)') do
    if lo <= address and address <= hi then return true end
  end
  return false
end
if to > from and not (#address == 32 and (isSorted and isInSorted() or not isSorted and isInUnsorted())) then
  return { 'ip_not_allowed', record }
end

local lastAddress, minuteLog, postsLog, bucket, total, dayLog, lastWrite = '', '', '', 0, 0, '', ''
if found[2] then
  local b, t
  lastAddress, minuteLog, postsLog, b, t, dayLog, lastWrite =
    string.match(found[2], '^u1|%d*|([%x:.]*)|(%d*)|(%d*)|(%d+)|(%d+)|([0-l]+)|?(%d*)$')
  if not lastAddress or #minuteLog % 13 ~= 0 or #postsLog % 13 ~= 0 then
    redis.call('DEL', KEYS[2])
    return { 'unreadable' }
  end
  bucket, total = tonumber(b), tonumber(t)
end

local newest = tonumber(string.sub(minuteLog, -13))
if newest and newest > now then now = newest end

local function withinMinute(log)
  local first = 1
  while first < #log and tonumber(string.sub(log, first, first + 12)) <= now - 60000 do
    first = first + 13
  end
  return string.sub(log, first)
end
local function sum(log)
  local n = 0
  for i = 1, #log do n = n + string.byte(log, i) - 48 end
  return n
end

minuteLog = withinMinute(minuteLog)
local isPost = ARGV[4] == 'posts'
local looksAtPosts = isPost or ARGV[4] == 'show'
if looksAtPosts then postsLog = withinMinute(postsLog) end
local otherMinute, otherPosts = withinMinute(ARGV[7] or ''), withinMinute(ARGV[8] or '')
local used = (#minuteLog + #otherMinute) / 13

-- The time that stands at a place in two logs, were they one.
local function nth(place, a, b)
  local i, j, time = 1, 1, nil
  for _ = 1, place do
    local x, y = tonumber(string.sub(a, i, i + 12)), tonumber(string.sub(b, j, j + 12))
    if y == nil or (x ~= nil and x <= y) then
      time, i = x, i + 13
    else
      time, j = y, j + 13
    end
  end
  return time
end

local current = math.floor(now / 60000)
local elapsed = current - bucket
if elapsed > 1440 then
  dayLog, total = '0', 0
elseif elapsed > 0 then
  dayLog = dayLog .. string.rep('0', elapsed)
end
local excess = #dayLog - 1441
if excess > 0 then
  total = total - sum(string.sub(dayLog, 1, excess))
  dayLog = string.sub(dayLog, excess + 1)
end

local window, retryAt = '', 0
local function fullUntil(name, time)
  if time > retryAt then window, retryAt = name, time end
end
if used >= 60 then
  fullUntil('minute', nth(used - 59, minuteLog, otherMinute) + 60000)
end
local usedPosts = (#postsLog + #otherPosts) / 13
if isPost and usedPosts >= 10 then
  fullUntil('posts', nth(usedPosts - 9, postsLog, otherPosts) + 60000)
end
if total >= 10000 then
  local first = string.find(dayLog, '[^0]')
  fullUntil('day', (current - #dayLog + first + 1441) * 60000)
end

local function number(value) return string.format('%.0f', value) end
-- What remains of the day and of posts, and when each frees its oldest.
local function rooms(reply)
  local first = string.find(dayLog, '[^0]')
  reply[#reply + 1] = number(math.max(0, 10000 - total))
  reply[#reply + 1] = number(first and (current - #dayLog + first + 1441) * 60000 or now)
  local room, frees = '', ''
  if looksAtPosts then
    room = number(math.max(0, 10 - (#postsLog + #otherPosts) / 13))
    local oldest = nth(1, postsLog, otherPosts)
    frees = number(oldest and oldest + 60000 or now)
  end
  reply[#reply + 1] = room
  reply[#reply + 1] = frees
  return reply
end

local admitted = window == ''
local counted = redis.call('HINCRBY', KEYS[3], ARGV[5] .. (admitted and ':accepted' or ':throttled'), 1)
if counted == 1 then redis.call('PEXPIRE', KEYS[3], 2764800000) end

if not admitted then
  local remaining = math.max(0, 60 - used)
  local resetsAt = (nth(1, minuteLog, otherMinute) or now - 60000) + 60000
  return rooms({ 'limited', record, number(remaining), number(resetsAt), window, number(retryAt) })
end

local stamp = string.format('%013.0f', now)
minuteLog = minuteLog .. stamp
if isPost then postsLog = postsLog .. stamp end
dayLog = string.sub(dayLog, 1, -2) .. string.char(string.byte(dayLog, -1) + 1)
total = total + 1
local windows = { 'u1', stamp, ARGV[3], minuteLog, postsLog,
  number(current), number(total), dayLog }
local write = ARGV[6] == 'write' and stamp or lastWrite
if write ~= '' then windows[9] = write end
redis.call('SET', KEYS[2], table.concat(windows, '|'), 'PX', 2764800000)
return rooms({ 'admitted', record, number(59 - used),
  number(nth(1, minuteLog, otherMinute) + 60000), lastAddress == ARGV[3] and '' or 'moved', lastWrite })
`;
