import { availableParallelism } from 'node:os';

/** Threads with which V8 helps at the most; as many as Node.js starts by itself. */
const MOST_HELPERS = 4;

/** Threads that V8 has for collecting garbage and compiling: the cores that the event loop leaves, one at the least. */
export function v8HelperThreads(cores: number): number {
  return Math.min(MOST_HELPERS, Math.max(1, cores - 1));
}

/**
 * Options of Node.js with which the platform's processes are started (docs/decisions/0028). The young generation of the
 * heap has 16 MiB at once and always: grown as V8 likes it, it stays small in a process whose requests leave nothing
 * behind, and is collected the more often for that; and where much survives it becomes so large that requests wait for
 * it. And everything begins there: what V8 has seen survive while a thousand streams opened, it would make in the old
 * generation ever after, though from then on nothing of it survives. V8's helper threads are no more than the cores beside
 * the event loop: four that mark the heap at the same time take two cores from everything else for a quarter of a second.
 */
export const nodeOptions: readonly string[] = [
  '--enable-source-maps',
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--no-allocation-site-pretenuring',
  `--v8-pool-size=${v8HelperThreads(availableParallelism())}`,
];
