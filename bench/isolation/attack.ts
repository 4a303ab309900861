import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { Attacker, type AttackerOptions } from './attacker.js';
import { workloads } from './workloads.js';

/** Data of the worker thread. */
export interface AttackOptions extends AttackerOptions {
  readonly workload: string;
}

// A worker thread: reading large responses must not delay the measured requests. In production the attacker has a machine of
// its own, so the thread gets the lowest priority; on Linux the pid 0 is the calling thread.
setPriority(0, constants.priority.PRIORITY_LOW);
const options = workerData as AttackOptions;
const workload = workloads.find(({ name }) => name === options.workload);
if (!workload || !parentPort) throw new Error(`there is no workload ${options.workload}`);
const { parallel, prepare, send } = workload;
const attacker = new Attacker(options);
let stopped = false;
let turn = 0;

parentPort.once('message', () => {
  stopped = true;
  parentPort?.postMessage(attacker.responses());
  void attacker[Symbol.asyncDispose]().then(() => process.exit(0));
});

await prepare?.(attacker);
parentPort.postMessage('prepared');
await Promise.all(
  Array.from({ length: parallel }, async () => {
    while (!stopped) await send(attacker, turn++);
  }),
);
