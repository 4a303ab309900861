/**
 * Options of Node.js with which the platform's processes are started (docs/decisions/0028). The young generation of the
 * heap has 16 MiB at once and always: grown as V8 likes it, it stays small in a process whose requests leave nothing
 * behind, and is collected the more often for that; and where much survives it becomes so large that requests wait for
 * it. And everything begins there: what V8 has seen survive while a thousand streams opened, it would make in the old
 * generation ever after, though from then on nothing of it survives.
 */
export const nodeOptions: readonly string[] = [
  '--enable-source-maps',
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--no-allocation-site-pretenuring',
];
