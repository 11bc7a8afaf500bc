/**
 * Lua that executes commands on ioredis-mock as Redis does. ioredis-mock gives its scripts one function, `call(true,
 * name, …)`, and checks next to nothing: neither types (`HSET` on a string, `INCR` of a text) nor options. The commands
 * listed here were compared with Redis 7.0; all others do not exist.
 *
 * `execute(name, args)` answers a reply as scripts see it (null is `false`, a status `{ok = …}`) or throws `{err = …}`.
 * Its arguments are strings.
 */
export const EMBEDDED_COMMANDS = `
local mock = call

local function fail(message) error({err = message}, 0) end
local SYNTAX = 'ERR syntax error'
local NOT_AN_INTEGER = 'ERR value is not an integer or out of range'

-- ioredis-mock's lists are JavaScript's: the outermost one begins at 1 behind a null, those in it at 0.
local function list(value, first, null)
  local result = {}
  for i = 1, #value do
    local element = value[i - 1 + first]
    if element == null then result[i] = false
    elseif type(element) == 'userdata' then result[i] = list(element, 0, null)
    else result[i] = element end
  end
  return result
end

local function ask(name, ...)
  local value = mock(true, name, ...)
  if value == nil then return false end
  if type(value) ~= 'userdata' then return value end
  -- Where the null would be, a failure has 'error', and then the text of a JavaScript error.
  if value[0] == 'error' then fail((string.gsub(value[1], '^%a*Error: ', ''))) end
  return list(value, 1, value[0])
end

-- ioredis-mock's integers are doubles; those that it would round are out of range here.
local function integer(text, complaint)
  local digits = string.match(text, '^%-?([1-9]%d*)$') or text == '0' and text
  if not digits or #digits > 15 then fail(complaint or NOT_AN_INTEGER) end
  return tonumber(text) + 0.0
end

local function expect(kind, key)
  local actual = ask('type', key)
  if actual ~= 'none' and actual ~= kind then
    fail('WRONGTYPE Operation against a key holding the wrong kind of value')
  end
end

local function written(number) return string.format('%.0f', number) end

local function positive(text, command)
  if integer(text) <= 0 then fail("ERR invalid expire time in '" .. command .. "' command") end
  return text
end

local function even(args, first, command)
  if (#args - first) % 2 == 0 then fail("ERR wrong number of arguments for '" .. command .. "' command") end
end

-- In answer to a single value, ioredis-mock does not tell an empty string from none.
local function text(value, exists)
  if value == false and exists() == 1 then return '' end
  return value
end

local function get(key)
  return text(ask('get', key), function() return ask('exists', key) end)
end

local function hget(key, name)
  return text(ask('hget', key, name), function() return ask('hexists', key, name) end)
end

local function increment(key, by)
  expect('string', key)
  integer(get(key) or '0')
  return ask('incrby', key, written(by))
end

local function getrange(key, first, last)
  local from, to = integer(first), integer(last)
  expect('string', key)
  local value = get(key) or ''
  if from < 0 and to < 0 and from > to then return '' end
  if from < 0 then from = math.max(#value + from, 0) end
  if to < 0 then to = math.max(#value + to, 0) end
  return string.sub(value, from + 1, to + 1)
end

local function expire(name)
  return function(key, time, ...)
    if select('#', ...) > 0 then fail('ERR options of ' .. name .. ' are not in the embedded Redis') end
    return ask(name, key, written(integer(time)))
  end
end

local function set(key, value, ...)
  local options, condition, expiry, time, reads = {...}, nil, nil, nil, false
  local i = 1
  while i <= #options do
    local option = string.upper(options[i])
    if option == 'NX' or option == 'XX' then
      if condition and condition ~= option then fail(SYNTAX) end
      condition = option
    elseif option == 'GET' then reads = true
    elseif option == 'EX' or option == 'PX' or option == 'EXAT' or option == 'PXAT' then
      if expiry or not options[i + 1] then fail(SYNTAX) end
      expiry, time, i = option, options[i + 1], i + 1
    elseif option == 'KEEPTTL' then
      if expiry then fail(SYNTAX) end
      expiry = option
    else fail(SYNTAX) end
    i = i + 1
  end
  if time then positive(time, 'set') end
  local previous = false
  if reads then
    expect('string', key)
    previous = get(key)
  end
  -- Clears away a key that has expired: ioredis-mock would apply the old expiry to the new value.
  ask('exists', key)
  local args = {expiry, time}
  if expiry == 'KEEPTTL' then
    local at = ask('pexpiretime', key)
    args = at > 0 and {'PXAT', written(at)} or {}
  end
  if condition then args[#args + 1] = condition end
  local done = ask('set', key, value, table.unpack(args))
  if reads then return previous end
  return done and {ok = 'OK'}
end

local function status(name)
  return function(...) return {ok = ask(name, ...)} end
end

-- Everything in one go: a cursor of ioredis-mock's skips keys when others are deleted during the scan.
local function scan(cursor, ...)
  if not string.find(cursor, '^%d+$') then fail('ERR invalid cursor') end
  local options, pattern = {...}, '*'
  for i = 1, #options, 2 do
    local option, value = string.upper(options[i]), options[i + 1]
    if not value then fail(SYNTAX) end
    if option == 'MATCH' then pattern = value
    elseif option == 'COUNT' then if integer(value) < 1 then fail(SYNTAX) end
    elseif option == 'TYPE' then fail('ERR the option TYPE is not in the embedded Redis')
    else fail(SYNTAX) end
  end
  return {'0', ask('keys', pattern)}
end

local ZADD_FLAGS = {NX = true, XX = true, CH = true, GT = false, LT = false, INCR = false}

local function zadd(key, ...)
  local args, first = {...}, 1
  while args[first] and ZADD_FLAGS[string.upper(args[first])] ~= nil do
    args[first] = string.upper(args[first])
    if not ZADD_FLAGS[args[first]] then fail('ERR ' .. args[first] .. ' is not in the embedded Redis') end
    first = first + 1
  end
  if first > #args or (#args - first) % 2 == 0 then fail(SYNTAX) end
  for i = first, #args, 2 do
    if not tonumber(args[i]) then fail('ERR value is not a valid float') end
  end
  expect('zset', key)
  return ask('zadd', key, table.unpack(args))
end

-- Name = {arity as Redis counts it, the type of the key's value, what executes it if not ioredis-mock alone}.
-- Those that look at their other arguments first see to the type themselves.
local commands = {
  PING = {-1, nil, function(...)
    if select('#', ...) > 1 then fail("ERR wrong number of arguments for 'ping' command") end
    return (...) or {ok = 'PONG'}
  end},
  ECHO = {2, nil, function(message) return message end},
  DBSIZE = {1}, FLUSHDB = {-1, nil, status('flushdb')}, FLUSHALL = {-1, nil, status('flushall')},
  KEYS = {2}, SCAN = {-2, nil, scan}, TYPE = {2, nil, status('type')},
  DEL = {-2}, UNLINK = {-2}, EXISTS = {-2}, PERSIST = {2}, TTL = {2}, PTTL = {2},
  EXPIRE = {-3, nil, expire('expire')}, PEXPIRE = {-3, nil, expire('pexpire')},
  EXPIREAT = {-3, nil, expire('expireat')}, PEXPIREAT = {-3, nil, expire('pexpireat')},
  GET = {2, 'string', get}, SET = {-3, nil, set}, SETNX = {3},
  SETEX = {4, nil, function(key, time, value) return set(key, value, 'EX', positive(time, 'setex')) end},
  PSETEX = {4, nil, function(key, time, value) return set(key, value, 'PX', positive(time, 'psetex')) end},
  GETDEL = {2, 'string', function(key)
    local value = get(key)
    ask('del', key)
    return value
  end},
  MGET = {-2, nil, function(...)
    local values = {...}
    for i, key in ipairs(values) do values[i] = ask('type', key) == 'string' and get(key) end
    return values
  end},
  MSET = {-3, nil, function(...)
    even({...}, 1, 'mset')
    return {ok = ask('mset', ...)}
  end},
  INCR = {2, nil, function(key) return increment(key, 1) end},
  DECR = {2, nil, function(key) return increment(key, -1) end},
  INCRBY = {3, nil, function(key, by) return increment(key, integer(by)) end},
  DECRBY = {3, nil, function(key, by) return increment(key, -integer(by)) end},
  GETRANGE = {4, nil, getrange},
  HSET = {-4, 'hash', function(key, ...)
    even({...}, 1, 'hset')
    return ask('hset', key, ...)
  end},
  HGET = {3, 'hash', hget},
  HINCRBY = {4, nil, function(key, name, by)
    integer(by)
    expect('hash', key)
    integer(hget(key, name) or '0', 'ERR hash value is not an integer')
    return ask('hincrby', key, name, by)
  end},
  HSETNX = {4, 'hash'}, HMGET = {-3, 'hash'}, HGETALL = {2, 'hash'}, HDEL = {-3, 'hash'}, HEXISTS = {3, 'hash'},
  HLEN = {2, 'hash'}, HKEYS = {2, 'hash'}, HVALS = {2, 'hash'},
  SADD = {-3, 'set'}, SREM = {-3, 'set'}, SISMEMBER = {3, 'set'}, SMEMBERS = {2, 'set'}, SCARD = {2, 'set'},
  ZADD = {-4, nil, zadd}, ZSCORE = {3, 'zset'}, ZCARD = {2, 'zset'},
}

local function arityMatches(command, count)
  return command[1] >= 0 and count + 1 == command[1] or command[1] < 0 and count + 1 >= -command[1]
end

-- ioredis-mock's hashes are JavaScript objects, which have these whether or not they were set.
local inherited = {}
for name in string.gmatch('${Object.getOwnPropertyNames(Object.prototype).join(' ')}', '%S+') do inherited[name] = true end

local function execute(name, args)
  local command = commands[name]
  if string.sub(name, 1, 1) == 'H' and inherited[args[2]] then
    fail("ERR the field '" .. args[2] .. "' is not in the embedded Redis")
  end
  if command[2] then expect(command[2], args[1]) end
  if command[3] then return command[3](table.unpack(args)) end
  return ask(string.lower(name), table.unpack(args))
end
`;
