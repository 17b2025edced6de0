// Asks the service for its own metrics and health once a second, and shows them.
"use strict";

const PERIOD = 1000;
const SHOWN = 120;

const element = (id) => document.getElementById(id);
const show = (id, text) => { element(id).textContent = text; };
const rates = [];
let before = null;

// A new element with text or other elements in it: nothing that was received is ever read as markup.
function made(name, ...content) {
  const node = document.createElement(name);
  node.append(...content);
  return node;
}

function row(...cells) {
  return made("tr", ...cells.map((cell) => (cell instanceof Node ? cell : made("td", cell))));
}

function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) { count /= 1024; unit += 1; }
  return `${unit === 0 ? count : count.toFixed(1)} ${units[unit]}`;
}

function duration(seconds) {
  if (seconds < 0.001) return `${(seconds * 1e6).toFixed(0)} µs`;
  return seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}

function uptime(seconds) {
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].map(([size, unit], index, all) => {
    const whole = index === 0 ? seconds : seconds % all[index - 1][0];
    return [Math.floor(whole / size), unit];
  });
  const first = parts.findIndex(([count]) => count > 0);
  return parts.slice(first < 0 ? 3 : first).slice(0, 2).map(([count, unit]) => `${count} ${unit}`).join(" ");
}

function draw() {
  const most = Math.max(1, ...rates);
  show("peak", `${Math.max(...rates).toFixed(1)} at most`);
  const x = (index) => ((index + SHOWN - rates.length) * 600) / (SHOWN - 1);
  const points = rates.map((rate, index) => `${x(index).toFixed(1)},${(98 - (rate * 92) / most).toFixed(1)}`);
  element("line").setAttribute("points", points.join(" "));
  element("area").setAttribute("points", `${x(0).toFixed(1)},100 ${points.join(" ")} 600,100`);
}

function threads(id, { active, idle, total, queue_depth: waiting }) {
  const cells = element(id).querySelectorAll("td");
  [active, idle, total, waiting].forEach((count, index) => { cells[index].textContent = count; });
}

function showMetrics(metrics) {
  const { requests, bytes: moved, connections } = metrics;
  if (before !== null && metrics.uptime_seconds > before.uptime) {
    rates.push((requests.total - before.total) / (metrics.uptime_seconds - before.uptime));
    if (rates.length > SHOWN) rates.shift();
    show("rate", rates[rates.length - 1].toFixed(1));
    draw();
  }
  before = { total: requests.total, uptime: metrics.uptime_seconds };
  show("uptime", `up for ${uptime(metrics.uptime_seconds)}`);
  show("total", requests.total.toLocaleString("en"));
  show("in-flight", requests.in_flight);
  show("connections", connections.busy + connections.idle);
  show("received", bytes(moved.received));
  show("sent", bytes(moved.sent));

  const statuses = Object.entries(requests.by_status);
  const most = Math.max(...statuses.map(([, count]) => count));
  element("statuses").replaceChildren(...statuses.map(([status, count]) => {
    const bar = made("i");
    bar.style.width = `${(count * 100) / most}%`;
    const cell = made("td", bar);
    cell.className = `bar s${status[0]}`;
    return row(made("th", status), cell, count.toLocaleString("en"));
  }));

  const routes = requests.by_route.sort((a, b) => b.total - a.total);
  element("routes").replaceChildren(...routes.map((route) => {
    const answers = Object.entries(route.by_status).map(([status, count]) => `${count} × ${status}`).join(", ");
    return row(route.method, route.route, answers, duration(route.mean_seconds), route.total.toLocaleString("en"));
  }));

  threads("workers", metrics.workers);
  if (metrics.thread_pool !== null) threads("pool", metrics.thread_pool);
  element("caches").replaceChildren(...Object.entries(metrics.caches).map(([name, cache]) =>
    row(made("th", name), cache.hits, cache.forwarded, cache.entries, bytes(cache.bytes))));
}

function showHealth(health) {
  element("state").className = health.status;
  show("state", health.status === "pass" ? "healthy" : "not healthy");
  element("checks").replaceChildren(...Object.entries(health.checks).map(([name, check]) => {
    const took = check.took_ms === undefined ? "" : `in ${duration(check.took_ms / 1000)}`;
    const item = made("li", name, made("span", check.reason ?? took));
    item.className = check.status;
    return item;
  }));
}

async function json(target, options) {
  const answer = await fetch(target, { headers: { accept: "application/json" }, cache: "no-store", ...options });
  return [answer, await answer.json()];
}

async function refresh() {
  try {
    // A service that is not healthy says so with a 503, and which check it is.
    const [[counted, metrics], [, health]] = await Promise.all([json("metrics"), json("health")]);
    if (counted.ok) showMetrics(metrics);
    showHealth(health);
    if (!counted.ok) show("state", metrics.detail);
  } catch {
    element("state").className = "fail";
    show("state", "not reached");
  }
  setTimeout(refresh, PERIOD);
}

element("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const number = element("number").value.trim();
  const [answer, found] = await json(`api/factors/${encodeURIComponent(number)}`, { cache: "default" });
  show("answer", answer.ok ? `${number} = ${found.join(" · ")}` : found.detail);
});

element("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ text: element("note").value });
  const answer = await fetch("api/notes", { method: "POST", headers: { "content-type": "application/json" }, body });
  show("answer", answer.ok ? "kept" : (await answer.json()).detail);
});

refresh();
