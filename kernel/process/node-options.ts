import { availableParallelism } from 'node:os';

/** Maximum number of V8 helper threads: what Node.js starts by default. */
const MAX_HELPERS = 4;

/** V8's threads for garbage collection and compilation: one per core besides the event loop, at least one. */
export function v8HelperThreads(cores: number): number {
  return Math.min(MAX_HELPERS, Math.max(1, cores - 1));
}

/**
 * Options of Node.js for every process of the platform; docs/performance.md has the measurements.
 *
 * - The young generation has 16 MiB, fixed. V8 would keep it small where requests leave nothing behind, and collect it more
 *   often; and would grow it where much survives, until collections delay requests.
 * - Objects are allocated in the young generation only. V8 would allocate in the old one what it saw survive while
 *   thousands of streams opened.
 * - The old generation is first collected at 128 MiB. V8 would collect a small one after every few MiB: in a gateway after each
 *   hundred new operations, which then wait for it.
 * - V8 has one helper thread per core besides the event loop: more of them would take the event loop's core while they mark
 *   the heap.
 */
export const nodeOptions: readonly string[] = [
  '--enable-source-maps',
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--no-allocation-site-pretenuring',
  '--initial-old-space-size=128',
  `--v8-pool-size=${v8HelperThreads(availableParallelism())}`,
];
