/**
 * Lua that runs scripts as Redis does, on top of EMBEDDED_COMMANDS, and defines `run`, the way in from JavaScript. Its
 * arguments (after `this`) are the number of commands and then, for each, the number of its words and the words. They
 * are executed with nothing in between; the answer is the JSON of a list with `{"result"}` or `{"error"}` for each, or
 * of a single `{"error"}` where one cannot be executed at all. It is all ASCII: every other byte of a string is written
 * `\u00xx`, so that none has to be UTF-8.
 *
 * Functions that Redis has and this lacks fail loudly: `math.random` (Redis seeds it alike before every script),
 * `cjson`, `cmsgpack`, `bit`, `struct`, `loadstring`. Functions that only Lua 5.3 has are missing, too.
 */
export const EMBEDDED_SCRIPTS = `
if 1.0 .. '' ~= '1' then error('fengari was loaded before embedded.ts could configure it') end

local function callable(name, args)
  if name == nil then fail('ERR Please specify at least one argument for this redis lib call') end
  local words = {}
  for i = 1, #args do
    local arg = args[i]
    if type(arg) == 'number' then
      arg = arg == math.floor(arg) and written(arg) or string.format('%.17g', arg)
    elseif type(arg) ~= 'string' then
      fail('ERR Lua redis lib command arguments must be strings or integers')
    end
    words[i] = arg
  end
  local upper = string.upper(words[1])
  table.remove(words, 1)
  if upper == 'EVAL' or upper == 'EVALSHA' or upper == 'SCRIPT' or upper == 'MULTI' or upper == 'EXEC' then
    fail('ERR This Redis command is not allowed from script')
  end
  if not commands[upper] then fail('ERR Unknown Redis command called from script') end
  if not arityMatches(commands[upper], #words) then
    fail('ERR Wrong number of args calling Redis command from script')
  end
  return upper, words
end

local function redisCall(...)
  -- Not #: a nil among the arguments must be seen.
  local args = {...}
  for i = 1, select('#', ...) do if args[i] == nil then args[i] = false end end
  return execute(callable((...), args))
end

local function readonly(members)
  return setmetatable({}, {
    __index = members,
    __newindex = function() error('Attempt to modify a readonly table', 2) end,
  })
end

-- fengari's integers have 32 bits and wrap; doubles do not, and Redis' Lua has nothing else.
local function asDouble(fn)
  return function(...)
    local number = fn(...)
    return number and number + 0.0
  end
end

-- Templates without %d and %i, which mean the same in 5.1 and 5.3.
local same = {}

-- 5.1 truncates what %d is given; 5.3 refuses fractions, and fengari what exceeds 32 bits.
local function format(template, ...)
  if same[template] == nil then same[template] = not string.find(template, '%%[%-+ #0]*%d*%.?%d*[di]') end
  if same[template] then return string.format(template, ...) end
  local args, count, at = {...}, select('#', ...), 0
  local rewritten = string.gsub(template, '%%([%-+ #0]*%d*)%.?%d*([%a%%])', function(flags, conversion)
    if conversion == '%' then return nil end
    at = at + 1
    local number = tonumber(args[at])
    if conversion ~= 'd' and conversion ~= 'i' or not number then return nil end
    args[at] = number < 0 and math.ceil(number) or math.floor(number)
    return '%' .. flags .. '.0f'
  end)
  return string.format(rewritten, table.unpack(args, 1, count))
end

-- Redis' pcall answers the text of an error where Lua's answers its table.
local function textOfError(ok, value, ...)
  if not ok and type(value) == 'table' and type(value.err) == 'string' then return false, value.err end
  return ok, value, ...
end

local globals = setmetatable({
  _VERSION = 'Lua 5.1',
  assert = assert, error = error, getmetatable = getmetatable, ipairs = ipairs, next = next, pairs = pairs,
  pcall = function(...) return textOfError(pcall(...)) end,
  rawequal = rawequal, rawget = rawget, rawset = rawset, select = select, setmetatable = setmetatable,
  tonumber = asDouble(tonumber), tostring = tostring, type = type, unpack = table.unpack, xpcall = xpcall,
  redis = readonly({
    call = redisCall,
    pcall = function(...)
      local ok, value = pcall(redisCall, ...)
      return value
    end,
    -- '-CODE message' names its code; a single word is no message without one.
    error_reply = function(message)
      local text = string.gsub(message, '^-', '')
      return {err = string.find(text, ' ', 1, true) and text or 'ERR ' .. text}
    end,
    status_reply = function(text) return {ok = text} end,
    log = function() end,
    LOG_DEBUG = 0.0, LOG_VERBOSE = 1.0, LOG_NOTICE = 2.0, LOG_WARNING = 3.0,
  }),
  math = readonly({
    abs = math.abs, ceil = asDouble(math.ceil), exp = math.exp, floor = asDouble(math.floor), fmod = math.fmod,
    huge = math.huge, log = math.log, max = math.max, min = math.min, modf = math.modf, pi = math.pi,
    pow = function(x, y) return x ^ y end, sqrt = math.sqrt,
  }),
  string = readonly({
    byte = string.byte, char = string.char, find = string.find, format = format, gmatch = string.gmatch,
    gsub = string.gsub, len = string.len, lower = string.lower, match = string.match, rep = string.rep,
    reverse = string.reverse, sub = string.sub, upper = string.upper,
  }),
  table = readonly({
    concat = table.concat, insert = table.insert, remove = table.remove, sort = table.sort,
  }),
}, {
  __index = function(_, name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end,
})
local environment = readonly(globals)
globals._G = environment
-- So that ('%d'):format(x) is the same function.
getmetatable('').__index = globals.string

local compiled = {}
local function compile(script)
  if compiled[script] then return compiled[script] end
  local chunk, message = load(script, '@user_script', 't', environment)
  if not chunk then fail('ERR Error compiling script (new function): ' .. message) end
  compiled[script] = chunk
  return chunk
end

commands.EVAL = {-3, nil, function(script, count, ...)
  local args, keys = {...}, integer(count)
  if keys > #args then fail("ERR Number of keys can't be greater than number of args") end
  if keys < 0 then fail("ERR Number of keys can't be negative") end
  globals.KEYS = {table.unpack(args, 1, keys)}
  globals.ARGV = {table.unpack(args, keys + 1)}
  local value = compile(script)()
  if type(value) == 'table' and type(value.err) == 'string' then fail(value.err) end
  return value
end}
commands.SCRIPT = {-3, nil, function(subcommand, script)
  if string.upper(subcommand) ~= 'LOAD' then fail("ERR unknown subcommand '" .. subcommand .. "'. Try SCRIPT HELP.") end
  compile(script)
  return ''
end}

local escapes = {}
for code = 0, 255 do escapes[string.char(code)] = string.format('\\\\u%04x', code) end

local function quoted(text)
  return '"' .. string.gsub(text, '[^ !#-%[%]-~]', escapes) .. '"'
end

-- As Redis converts what a script returns: fractions are cut off, a list ends at its first nil.
local function encoded(value)
  if type(value) == 'string' then return quoted(value) end
  if value == true then return '1' end
  if type(value) == 'number' then
    local whole = value < 0 and math.ceil(value) or math.floor(value)
    return math.abs(value) < 2 ^ 63 and written(whole) or '-9223372036854775808'
  end
  if type(value) ~= 'table' then return 'null' end
  local single = type(value.err) == 'string' and value.err or type(value.ok) == 'string' and value.ok
  if single then return quoted(single) end
  local elements = {}
  for i = 1, #value do
    if value[i] == nil then break end
    elements[i] = encoded(value[i])
  end
  return '[' .. table.concat(elements, ',') .. ']'
end

local function failure(thrown)
  local message = type(thrown) == 'table' and (thrown.err or 'ERR unknown error') or 'ERR ' .. tostring(thrown)
  return '{"error":' .. quoted(message) .. '}'
end

local function run(_, count, ...)
  local words, asked, answers, at = {...}, {}, {}, 1
  for i = 1, count do
    local last = at + words[at]
    asked[i] = {string.upper(words[at + 1]), {table.unpack(words, at + 2, last)}}
    at = last + 1
  end
  for _, each in ipairs(asked) do
    local command = commands[each[1]]
    if not command then
      return failure({err = "ERR unknown command '" .. each[1] .. "' (the embedded Redis knows only some)"})
    end
    if not arityMatches(command, #each[2]) then
      return failure({err = "ERR wrong number of arguments for '" .. string.lower(each[1]) .. "' command"})
    end
  end
  for i, each in ipairs(asked) do
    local ok, value = pcall(execute, each[1], each[2])
    answers[i] = ok and '{"result":' .. encoded(value) .. '}' or failure(value)
  end
  return '[' .. table.concat(answers, ',') .. ']'
end
`;
