-- Takes a token from each bucket of a client, or none where one of them has none.
-- KEYS[1]: the client's. ARGV: of each quota the microseconds in which a token comes back, and the bucket's capacity.
-- Gives of each quota: tokens left, microseconds until there is one (0 where one was taken), and until all are back.
-- What is kept is a time and, of each bucket, how much of it was spent by then.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local count = #ARGV / 2
local spent = {}
for i = 1, count do spent[i] = 0 end
local kept = {}
for number in string.gmatch(redis.call('GET', KEYS[1]) or '', '%S+') do kept[#kept + 1] = tonumber(number) end
if #kept == count + 1 then
  -- A clock that was put back stands still for a moment, and owes nothing.
  local passed = math.max(0, now - kept[1])
  for i = 1, count do
    spent[i] = math.min(tonumber(ARGV[2 * i]), math.max(0, kept[i + 1] - passed / tonumber(ARGV[2 * i - 1])))
  end
end
local waits, admitted = {}, true
for i = 1, count do
  local over = spent[i] + 1 - tonumber(ARGV[2 * i])
  waits[i] = 0
  -- A millionth is what the text of a number leaves out.
  if over > 0.000001 then
    admitted = false
    waits[i] = math.max(1, math.ceil(over * tonumber(ARGV[2 * i - 1])))
  end
end
local answer, longest = {}, 0
for i = 1, count do
  if admitted then spent[i] = spent[i] + 1 end
  local full = math.ceil(spent[i] * tonumber(ARGV[2 * i - 1]))
  longest = math.max(longest, full)
  answer[3 * i - 2] = math.max(0, math.floor(tonumber(ARGV[2 * i]) - spent[i] + 0.000001))
  answer[3 * i - 1] = waits[i]
  answer[3 * i] = full
end
if admitted then
  local text = string.format('%.0f', now)
  for i = 1, count do text = text .. string.format(' %.6f', spent[i]) end
  redis.call('SET', KEYS[1], text, 'PX', string.format('%.0f', math.ceil(longest / 1000) + 1))
end
return answer
