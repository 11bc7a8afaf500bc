-- The script that load.ts gives to wrk. Each thread of wrk has a Lua state of its own. It sends its share of the
-- requests, each once, and prints one line of JSON when the last one is answered.
--
-- Arguments: a file of requests, the number of threads, the connections of each thread, the status that is due. In the
-- file each request, as HTTP/1.1 wants it, follows a line with its length.

local ffi = require('ffi')
ffi.cdef([[
  struct time { long s, ns; };
  int clock_gettime(int clock, struct time *time);
]])
local CLOCK_MONOTONIC = 1
local time = ffi.new('struct time')

local function now_ms()
  ffi.C.clock_gettime(CLOCK_MONOTONIC, time)
  return tonumber(time.s) * 1e3 + tonumber(time.ns) / 1e6
end

local nth_thread = 0
local requests = {}
local connections, status_due
local is_verified = false
local sent, answered, degraded = 0, 0, 0
local sent_at
local latencies = {}

-- wrk calls it for each thread in turn, in one state.
function setup(thread)
  thread:set('nth', nth_thread)
  nth_thread = nth_thread + 1
end

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  local threads = tonumber(args[2])
  connections = tonumber(args[3])
  status_due = tonumber(args[4])
  local index = 0
  for length in file:lines() do
    local request = file:read(tonumber(length))
    if index % threads == nth then requests[#requests + 1] = request end
    index = index + 1
  end
  file:close()
end

local function json_string(text)
  local escaped = text:gsub('[%c"\\]', function(char)
    return ('\\u%04x'):format(char:byte())
  end)
  return '"' .. escaped .. '"'
end

local function finish(failure)
  wrk.thread:stop()
  local line = '{"latencies":[%s],"degraded":%d,"failure":%s}\n'
  io.write(line:format(table.concat(latencies, ','), degraded, failure and json_string(failure) or 'null'))
  io.flush()
end

function request()
  if nth == 0 and not is_verified then
    -- wrk takes a request of its first thread before all others, looks at it and does not send it.
    is_verified = true
    return requests[1]
  end
  if sent - answered == connections then
    finish('a connection ended before its answer')
    return ''
  end
  -- wrk sends nothing then, and the connection waits for the end.
  if sent == #requests then return '' end
  sent = sent + 1
  sent_at = now_ms()
  return requests[sent]
end

function response(status, headers, body)
  answered = answered + 1
  -- With more connections the request that was sent last may be that of another one.
  if connections == 1 then latencies[answered] = now_ms() - sent_at end
  if headers['X-Jestha-Degraded'] then degraded = degraded + 1 end
  if status ~= status_due then
    finish(status .. ' where ' .. status_due .. ' is due: ' .. body)
  elseif answered == #requests then
    finish()
  end
end
