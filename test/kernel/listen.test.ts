import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { closeServer, listen } from '../../kernel/listen.js';
import { packageRoot } from '../../kernel/package-root.js';

const BUILT = pathToFileURL(join(packageRoot, 'dist/kernel/listen.js')).href;

/** A thread that listens, posts its port, and then blocks its event loop: it accepts no connection. */
const BLOCKED = `
  const { createServer } = await import('node:http');
  const { parentPort } = await import('node:worker_threads');
  const { listen } = await import(${JSON.stringify(BUILT)});
  parentPort.postMessage(await listen(createServer(), '127.0.0.1', 0));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;

test('queues 1,300 connections in the kernel while the event loop is blocked', async () => {
  const allowed = Number(await readFile('/proc/sys/net/core/somaxconn', 'utf8').catch(() => '0'));
  // Other systems have a lower limit of the kernel.
  const expected = Math.min(1_300, allowed);
  await using stack = new AsyncDisposableStack();
  const blocked = new Worker(new URL(`data:text/javascript,${encodeURIComponent(BLOCKED)}`));
  stack.defer(async () => void (await blocked.terminate()));
  const [url] = (await once(blocked, 'message')) as [string];
  const connected = Array.from({ length: expected }, () => {
    const socket = stack.adopt(connect(Number(new URL(url).port), '127.0.0.1'), (own) => void own.destroy());
    return once(socket, 'connect');
  });
  expect(await Promise.all(connected)).toHaveLength(expected);
});

test('closes a connection on which its client has sent nothing', async () => {
  const server = createServer();
  const url = new URL(await listen(server, '127.0.0.1', 0));
  const accepted = once(server, 'connection');
  const socket = connect(Number(url.port), url.hostname);
  await accepted;
  const closed = once(socket, 'close');
  const days = 86_400_000;
  await closeServer(server, days);
  await closed;
});
