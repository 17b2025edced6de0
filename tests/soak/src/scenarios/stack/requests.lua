-- What the clients of the scenario `stack` ask for, in turn: each layer of the service gets something to do.
-- wrk waits for the content of what answers a HEAD, so there is none.

local function ask(method, path, fields, body)
  fields["Host"] = "localhost"
  return wrk.format(method, path, fields, body)
end

local own = "https://app.example.org"
local gzip = "gzip, deflate"
local requests = {}
local turn = 0

-- Clients behind a proxy that is trusted: each has its own place in the rate limit.
local function client(number)
  return "203.0.113." .. (number % 250 + 1)
end

function init()
  for round = 0, 99 do
    local from = client(round)
    local factors = "/api/factors/" .. (1000000000 + round)
    local note = '{"text":"note of round ' .. round .. '"}'
    local some = {
      ask("GET", "/", { ["Accept-Encoding"] = gzip, ["X-Forwarded-For"] = from }),
      ask("GET", "/live.js", { ["Accept-Encoding"] = gzip }),
      ask("GET", "/style.css", { ["Range"] = "bytes=0-99" }),
      ask("GET", factors, { ["Origin"] = own, ["X-Forwarded-For"] = from }),
      ask("GET", factors, { ["If-None-Match"] = '"' .. (1000000000 + round) .. '"' }),
      ask("OPTIONS", "/api/notes", { ["Origin"] = own, ["Access-Control-Request-Method"] = "POST" }),
      ask("POST", "/api/notes", { ["Sec-Fetch-Site"] = "same-origin", ["Content-Type"] = "application/json" }, note),
      ask("POST", "/api/notes", { ["Content-Type"] = "application/json", ["X-Forwarded-For"] = from }, note),
      ask("GET", "/api/notes", { ["Origin"] = own, ["Accept-Encoding"] = gzip }),
      ask("GET", "/api//notes?token=secret", {}),
      ask("GET", "/metrics", { ["Accept-Encoding"] = gzip }),
      ask("GET", "/metrics", { ["Accept"] = "application/json" }),
      ask("GET", "/health/live", {}),
      ask("DELETE", "/api/notes", { ["Authorization"] = "Bearer soak" }),
    }
    for _, one in ipairs(some) do
      requests[#requests + 1] = one
    end
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end
