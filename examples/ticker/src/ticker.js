// Draws the prices as they come. EventSource reconnects by itself, and says which it saw last.
"use strict";

const SHOWN = 600;

const element = (id) => document.getElementById(id);
const prices = [];
let last = null;
let seen = 0;
let missed = 0;
let returns = 0;

function draw() {
  const low = Math.min(...prices) - 50;
  const high = Math.max(...prices) + 50;
  const x = (index) => ((index + SHOWN - prices.length) * 600) / (SHOWN - 1);
  const y = (price) => 240 - ((price - low) * 240) / (high - low);
  const points = prices.map((price, index) => `${x(index).toFixed(1)},${y(price).toFixed(1)}`);
  element("line").setAttribute("points", points.join(" "));
  element("chart").classList.toggle("drawn", prices.length >= 10);
  element("price").textContent = (prices[prices.length - 1] / 100).toFixed(2);
  element("seen").textContent = seen;
  element("missed").textContent = missed;
}

const events = new EventSource("/prices");

events.onopen = () => {
  element("state").textContent = "live";
  element("state").className = "live";
};

events.onerror = () => {
  element("state").textContent = "cut off";
  element("state").className = "cut";
  if (last !== null) element("returns").textContent = ++returns;
};

events.onmessage = (event) => {
  const tick = JSON.parse(event.data);
  // Where the server began anew, so do the ids.
  if (last !== null && tick.id > last) missed += tick.id - last - 1;
  last = tick.id;
  seen += 1;
  prices.push(tick.price);
  if (prices.length > SHOWN) prices.shift();
  draw();
};
