import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';

/** Whether `nats-server` is installed. */
export const hasNatsServer = spawnSync('nats-server', ['--version']).status === 0;

/** A NATS server on a free port. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  /** Kills the process with SIGKILL. */
  kill(): Promise<void>;
  /** Restarts the server on the same port. */
  restart(): Promise<void>;
}

/** Starts `nats-server` and waits until it is ready. */
export async function startNatsServer(): Promise<NatsServer> {
  const port = await freePort();
  let child = await start(port);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    kill: () => end('SIGKILL'),
    restart: async () => {
      child = await start(port);
    },
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}

async function start(port: number): Promise<ChildProcess> {
  const child = spawn('nats-server', ['--addr', '127.0.0.1', '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.includes('Server is ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`nats-server ended with ${code}`)));
  });
  return child;
}
