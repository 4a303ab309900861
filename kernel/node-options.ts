/**
 * Options of Node.js with which the platform's processes are started. The young generation of the heap has its full
 * size (16 MiB) at once: grown as V8 likes it, it stays small in a process whose requests leave nothing behind, and is
 * collected the more often for that (docs/decisions/0028).
 */
export const nodeOptions: readonly string[] = ['--enable-source-maps', '--min-semi-space-size=16'];
