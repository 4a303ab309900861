import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { Attacker, type AttackerOptions } from './attacker.js';
import { workloads } from './workloads.js';

/** What the thread is started with. */
export interface AttackOptions extends AttackerOptions {
  readonly workload: string;
}

// A thread of its own: reading its large responses must not delay the measured requests.
// Its CPU stands for another machine's, so it takes what the platform leaves: of a thread, that is what 0 names on Linux.
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
  parentPort?.postMessage(attacker.answers());
  void attacker[Symbol.asyncDispose]().then(() => process.exit(0));
});

await prepare?.(attacker);
parentPort.postMessage('prepared');
await Promise.all(
  Array.from({ length: parallel }, async () => {
    while (!stopped) await send(attacker, turn++);
  }),
);
