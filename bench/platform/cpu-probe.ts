// Preloaded (`node --import`) into every process that is measured: tells its own CPU time when asked. The
// operating system counts all threads, so that garbage collection and the like are in it.

/** CPU time of a process since it started, in microseconds, and its largest resident set in KiB. */
export interface CpuReading {
  readonly user: number;
  readonly system: number;
  readonly maxRss: number;
}

process.on('message', (question) => {
  if (question !== 'cpu') return;
  const { userCPUTime: user, systemCPUTime: system, maxRSS: maxRss } = process.resourceUsage();
  process.send?.({ user, system, maxRss } satisfies CpuReading);
});
// Nothing that is measured outlives the benchmark.
process.on('disconnect', () => process.exit(1));
// A role that has closed everything may end, although it could still be asked.
process.channel?.unref();
