// What npm's `ws` says to the program, and what must come back. The address is the first argument.
"use strict";

const assert = require("node:assert");
const WebSocket = require("ws");

const address = process.argv[2];
const LENGTHS = [0, 1, 63, 64, 125, 126, 127, 65535, 65536, 300000];

function open(path, options) {
  const socket = new WebSocket(address + path, options);
  const waiting = [];
  const come = [];
  socket.on("message", (data, isBinary) => {
    const message = isBinary ? data : data.toString();
    const next = waiting.shift();
    if (next) next(message);
    else come.push(message);
  });
  socket.next = () =>
    come.length > 0 ? Promise.resolve(come.shift()) : new Promise((resolve) => waiting.push(resolve));
  socket.on("upgrade", (response) => (socket.agreed = response.headers["sec-websocket-extensions"] || ""));
  socket.ended = new Promise((resolve) => socket.on("close", (code, reason) => resolve([code, reason.toString()])));
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve(socket));
    socket.on("unexpected-response", (_, response) => reject(response));
    socket.on("error", reject);
  });
}

async function echoes(path, options, extensions) {
  const socket = await open(path, options);
  assert.strictEqual(socket.agreed, extensions, path);
  for (const length of LENGTHS) {
    const text = "é".repeat(length);
    socket.send(text);
    assert.strictEqual(await socket.next(), text, `${path} ${length}`);
    const bytes = require("node:crypto").randomBytes(length);
    socket.send(bytes);
    assert.ok((await socket.next()).equals(bytes), `${path} ${length}`);
  }
  // In pieces, with a ping between.
  const pong = new Promise((resolve) => socket.once("pong", (data) => resolve(data.toString())));
  socket.send("festina ".repeat(50), { fin: false });
  socket.ping("between");
  socket.send("lente ".repeat(50), { fin: true });
  assert.strictEqual(await socket.next(), "festina ".repeat(50) + "lente ".repeat(50));
  assert.strictEqual(await pong, "between");
  // Many at once come back in order.
  for (let number = 0; number < 1000; number += 1) socket.send(`message ${number} `.repeat(8));
  for (let number = 0; number < 1000; number += 1) {
    assert.strictEqual(await socket.next(), `message ${number} `.repeat(8));
  }
  socket.close(4000, "enough");
  assert.deepStrictEqual(await socket.ended, [4000, ""]);
}

async function fails(path, send, code) {
  const socket = await open(path);
  send(socket);
  const [found] = await socket.ended;
  assert.strictEqual(found, code, path);
}

async function main() {
  const alone = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  await echoes("/socket", {}, "");
  await echoes("/socket", { perMessageDeflate: false }, "");
  await echoes("/socket/deflated", {}, alone);
  await echoes("/socket/deflated", { perMessageDeflate: false }, "");
  await echoes("/socket/kept", {}, "permessage-deflate");
  await echoes("/socket/kept", { perMessageDeflate: { threshold: 0 } }, "permessage-deflate");
  await echoes(
    "/socket/kept",
    { perMessageDeflate: { serverMaxWindowBits: 10, clientMaxWindowBits: 9, threshold: 0 } },
    "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9",
  );
  await echoes(
    "/socket/kept",
    { perMessageDeflate: { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 } },
    alone,
  );
  // Too large, however small it was made.
  const bomb = Buffer.alloc(64 * 1024 * 1024);
  await fails("/socket/deflated", (socket) => socket.send(bomb), 1009);
  await fails("/socket/kept", (socket) => socket.send(bomb), 1009);
  await fails("/socket", (socket) => socket.send("panic"), 1011);
  for (const [options, status] of [
    [{ origin: "https://evil.example" }, 403],
    [{ protocolVersion: 8 }, 426],
  ]) {
    const response = await open("/socket", options).then(() => null, (refused) => refused);
    assert.strictEqual(response && response.statusCode, status);
    response.resume();
  }
}

main().then(
  () => {
    console.log("all is well");
    process.exit(0);
  },
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
