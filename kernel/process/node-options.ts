import { availableParallelism } from 'node:os';

/** Maximum number of V8 helper threads: the default of Node.js. */
const MAX_HELPERS = 4;

/** V8's threads for garbage collection and compilation: one per core besides the event loop, at least one. */
export function v8HelperThreads(cores: number): number {
  return Math.min(MAX_HELPERS, Math.max(1, cores - 1));
}

/**
 * Options of Node.js for every process of the platform; docs/performance.md has the measurements.
 *
 * - A semi-space of the young generation has a fixed size of 16 MiB. By default V8 keeps it small while few objects survive,
 *   and collects more often; and it enlarges it while many objects survive, until collections delay requests.
 * - All objects are allocated in the young generation. By default V8 allocates objects of a call site directly in the old
 *   generation when earlier ones survived, as they do while thousands of streams are opened.
 * - The first collection of the old generation is at 128 MiB. By default V8 collects a small old generation after every few
 *   MiB: in a gateway after each hundred new operations, which it delays.
 * - V8 has one helper thread per core besides the event loop: further ones would compete with the event loop for its core
 *   while they mark the heap.
 */
export const nodeOptions: readonly string[] = [
  '--enable-source-maps',
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--no-allocation-site-pretenuring',
  '--initial-old-space-size=128',
  `--v8-pool-size=${v8HelperThreads(availableParallelism())}`,
];

/** Options whose memory a process with simulated kubelets does not need. */
const MEMORY_OPTIONS = ['--min-semi-space-size', '--max-semi-space-size', '--initial-old-space-size'];
/** MiB of a semi-space of a process with simulated control planes, and with the kubelets of real ones: KWOK's whole process takes 70. */
const SEMI_SPACE = { simulated: 4, real: 2 };
/**
 * Growth of the old generation between two collections in percent, in a process with the kubelets of real control planes. By default
 * V8 lets a small one double; simulated control planes, whose heap is larger and changes more, would use 40 % more CPU.
 */
const HEAP_GROWTH = 30;

/**
 * Options of Node.js for a command of the platform in an environment. `kubesim` alone answers few requests at a time: its young
 * generation is small, and its old generation is collected as V8 does by default, or earlier.
 */
export function nodeOptionsOf(
  command: string | undefined,
  { CONTROL_PLANE: controlPlane }: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  if (command !== 'kubesim') return nodeOptions;
  const kept = nodeOptions.filter((option) => !MEMORY_OPTIONS.some((name) => option.startsWith(`${name}=`)));
  if (controlPlane !== 'real') return [...kept, `--max-semi-space-size=${SEMI_SPACE.simulated}`];
  return [...kept, `--max-semi-space-size=${SEMI_SPACE.real}`, `--heap-growing-percent=${HEAP_GROWTH}`];
}
