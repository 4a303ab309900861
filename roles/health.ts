import { Worker } from 'node:worker_threads';
import type { Env } from '../kernel/env.js';
import { type Log, createLog } from '../kernel/log.js';
import { workerFile } from '../kernel/process/worker-file.js';
import type { ReadinessResponse, HealthThreadMessage, HealthThreadOptions } from './health-thread.js';
import type { Readiness, Role } from './role.js';

/** Milliseconds between two heartbeats of the main thread. */
const BEAT_MS = 250;
/** Timeout of the main thread's readiness in milliseconds; timeouts of its checks must be shorter. */
const READINESS_TIMEOUT_MS = 5000;

export interface HealthOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Milliseconds for which the main thread's event loop may be blocked before `/healthz` returns 503. */
  readonly stallMs: number;
  readonly log: Log;
}

/**
 * Health probes of this process, served by a separate thread, also while the main thread is busy.
 *
 * - `GET /healthz` (liveness): 200 while the main thread's event loop turns, 503 when it has been blocked for longer than
 *   `stallMs`: the process should be restarted.
 * - `GET /readyz` (readiness): the result of `check`; 503 until `check` is set, and when the main thread does not reply
 *   within five seconds: the process should get no requests.
 */
export class HealthServer implements AsyncDisposable {
  /**
   * Returns the readiness of the process; undefined while it starts. A rejection counts as not ready. Runs on the main
   * thread, once per probe.
   */
  check: (() => Promise<Readiness>) | undefined;
  private readonly beats: NodeJS.Timeout;

  private constructor(
    /** Base URL, without a trailing slash. */
    readonly url: string,
    private readonly worker: Worker,
    beat: BigInt64Array,
    log: Log,
  ) {
    this.beats = setInterval(() => beatNow(beat), BEAT_MS);
    this.beats.unref();
    worker.on('message', (message: HealthThreadMessage) => {
      if ('readinessRequest' in message) void this.sendReadiness(message.readinessRequest);
    });
    worker.on('error', (err) => log.error({ err }, 'the thread that answers health probes has failed'));
    worker.unref();
  }

  /** Starts the thread. Throws when the port is taken. */
  static async start({ host, port, stallMs, log }: HealthOptions): Promise<HealthServer> {
    const shared = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
    const beat = new BigInt64Array(shared);
    beatNow(beat);
    const workerData: HealthThreadOptions = {
      host,
      port,
      beat: shared,
      stallMs,
      readinessTimeoutMs: READINESS_TIMEOUT_MS,
    };
    const worker = new Worker(workerFile('health-thread', import.meta.url), { workerData, execArgv: [] });
    const actualPort = await listening(worker);
    const name = host.includes(':') ? `[${host}]` : host;
    return new HealthServer(`http://${name}:${actualPort}`, worker, beat, log);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.beats);
    await this.worker.terminate();
  }

  private async sendReadiness(id: number): Promise<void> {
    const readiness = await this.readiness();
    const response: ReadinessResponse = { id, ready: readiness.ready, body: JSON.stringify(readiness) };
    this.worker.postMessage(response);
  }

  private async readiness(): Promise<Readiness> {
    try {
      return (await this.check?.()) ?? { ready: false, starting: true };
    } catch {
      return { ready: false };
    }
  }
}

/**
 * Runs a role with health probes on HEALTH_PORT, if it is set. The probes run from before the start of the role, so that a
 * slow start is alive and not ready, until after its end. `/readyz` returns the role's `readiness` once it runs; a role
 * without `readiness` is then ready.
 */
export function withHealth<R extends Role>(role: (env: Env) => Promise<R>): (env: Env) => Promise<R> {
  return async (env) => {
    const { HOST: host, HEALTH_PORT: port, HEALTH_STALL } = env;
    if (port === undefined) return role(env);
    await using started = new AsyncDisposableStack();
    const log = createLog(env.LOG_LEVEL, 'health');
    const health = started.use(await HealthServer.start({ host, port, stallMs: HEALTH_STALL * 1000, log }));
    const running = started.use(await role(env));
    health.check = () => running.readiness?.() ?? Promise.resolve({ ready: true });
    const all = started.move();
    return { ...running, [Symbol.asyncDispose]: () => all.disposeAsync() };
  };
}

function beatNow(beat: BigInt64Array): void {
  Atomics.store(beat, 0, process.hrtime.bigint());
}

/** The port that the thread listens on. */
function listening(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: HealthThreadMessage) => {
      worker.off('error', reject);
      if ('listening' in message) return resolve(message.listening);
      void worker.terminate();
      reject('failed' in message ? message.failed : new Error('the health thread has not begun to listen'));
    });
  });
}
