// Shows a room's messages in the order of their numbers, each once. What cannot be sent waits, and is sent again until the
// room has heard it; what was missed is asked for.
"use strict";

const element = (id) => document.getElementById(id);
const name = location.pathname.split("/").pop();
const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/rooms/${name}/socket`;

/** The number up to which all is shown. */
let shown = 0;
/** By number: what came before its turn. */
const early = new Map();
/** By key: what was written and not heard yet, in order. */
const waiting = new Map();
let socket = null;
let patience = 100;

element("room").textContent = name;

function connect() {
  socket = new WebSocket(address);
  socket.onopen = () => {
    patience = 100;
    state("live");
    ask();
    for (const saying of waiting.values()) send(saying);
  };
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  // An error is followed by this.
  socket.onclose = () => {
    state("cut off");
    setTimeout(connect, patience * (1 + Math.random()));
    patience = Math.min(patience * 2, 5000);
  };
}

function state(text) {
  element("state").textContent = text;
  element("state").className = text === "live" ? "live" : "cut";
}

function send(value) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(value));
}

function ask() {
  send({ after: shown });
}

function hear(told) {
  if (told.refused) {
    forget(told.refused.key);
    element("fault").textContent = told.refused.reason;
    return;
  }
  for (const message of told.said.messages) {
    if (message.number > shown) early.set(message.number, message);
  }
  while (early.has(shown + 1)) {
    shown += 1;
    show(early.get(shown));
    early.delete(shown);
  }
  // There is a gap before what came early, or more than fits into one answer.
  if (told.said.more || early.size > 0) ask();
}

function show(message) {
  const item = line(message);
  item.dataset.number = message.number;
  element("messages").append(item);
  item.scrollIntoView();
  forget(message.key);
}

function line({ author, text }) {
  const item = document.createElement("li");
  const who = document.createElement("b");
  who.textContent = author;
  item.append(who, `: ${text}`);
  return item;
}

function forget(key) {
  waiting.delete(key);
  document.getElementById(`waiting-${key}`)?.remove();
}

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  element("fault").textContent = "";
  const saying = { key: key(), author: element("author").value, text: element("text").value };
  element("text").value = "";
  waiting.set(saying.key, saying);
  const item = line(saying);
  item.id = `waiting-${saying.key}`;
  element("waiting").append(item);
  send(saying);
});

/** A name for what is said, which no other page gives. */
function key() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

connect();
