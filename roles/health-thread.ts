/**
 * The thread that serves health probes. It has its own event loop, so it responds while the main thread is busy. It detects
 * a blocked event loop of the main thread by the time of the last turn, which the main thread writes to shared memory. The
 * file is the entry of a worker: it imports only packages and types, so that the worker loads nothing else.
 */
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** The thread's `workerData`. */
export interface HealthThreadOptions {
  readonly host: string;
  readonly port: number;
  /** Time of the last turn of the main thread's event loop, by `process.hrtime`, in nanoseconds. */
  readonly beat: SharedArrayBuffer;
  /** Milliseconds without a turn of the main thread's event loop after which liveness fails. */
  readonly stallMs: number;
  /** Timeout of the main thread's readiness in milliseconds. */
  readonly readinessTimeoutMs: number;
}

/** Messages of the thread: its port, the error that prevents it from listening, or a request for the process's readiness. */
export type HealthThreadMessage =
  { readonly listening: number } | { readonly failed: Error } | { readonly readinessRequest: number };

/** The main thread's reply: the readiness of the process. */
export interface ReadinessResponse {
  readonly id: number;
  readonly ready: boolean;
  /** Body of the response, as JSON. */
  readonly body: string;
}

const { host, port, beat, stallMs, readinessTimeoutMs } = workerData as HealthThreadOptions;
const lastBeat = new BigInt64Array(beat);
const waiting = new Map<number, (readiness: ReadinessResponse) => void>();
let lastRequestId = 0;

/** Milliseconds since the last turn of the main thread's event loop. */
function stalledFor(): number {
  return Math.max(0, Number((process.hrtime.bigint() - Atomics.load(lastBeat, 0)) / 1_000_000n));
}

function send(response: ServerResponse, ok: boolean, body: string): void {
  response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(body);
}

function sendLiveness(response: ServerResponse): void {
  const stalledMs = stalledFor();
  const alive = stalledMs <= stallMs;
  send(response, alive, JSON.stringify({ alive, stalledMs }));
}

/** The process is not ready when the main thread does not reply in time: requests would wait as long. */
function sendReadiness(response: ServerResponse): void {
  lastRequestId += 1;
  const id = lastRequestId;
  const settle = (ready: boolean, body: string) => {
    clearTimeout(timer);
    waiting.delete(id);
    send(response, ready, body);
  };
  const timer = setTimeout(
    () => settle(false, JSON.stringify({ ready: false, stalledMs: stalledFor() })),
    readinessTimeoutMs,
  );
  waiting.set(id, ({ ready, body }) => settle(ready, body));
  parentPort?.postMessage({ readinessRequest: id } satisfies HealthThreadMessage);
}

const server = createServer((request, response) => {
  switch ((request.url ?? '/').split('?', 1)[0]) {
    case '/healthz':
      return sendLiveness(response);
    case '/readyz':
      return sendReadiness(response);
    default:
      response.writeHead(404).end();
  }
});

parentPort?.on('message', (readiness: ReadinessResponse) => waiting.get(readiness.id)?.(readiness));
server.once('error', (failed) => parentPort?.postMessage({ failed } satisfies HealthThreadMessage));
server.listen(port, host, () => {
  const listening = (server.address() as AddressInfo).port;
  parentPort?.postMessage({ listening } satisfies HealthThreadMessage);
});
