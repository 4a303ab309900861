// Preloaded (`node --import`) into every measured process: reads its CPU time and profiles it on requests of the benchmark
// over IPC. CPU time includes all threads, such as those of the garbage collector; a profile covers the main thread only.
import type { Profiler } from 'node:inspector';
import type { Session } from 'node:inspector/promises';

/** CPU time of a process since it started, in microseconds, and its largest resident set in KiB. */
export interface CpuReading {
  readonly user: number;
  readonly system: number;
  readonly maxRss: number;
}

/** Requests to the probe and their results. */
export interface ProbeResults {
  readonly cpu: CpuReading;
  /** Starts a profile. */
  readonly startProfile: null;
  /** Stops and returns it. */
  readonly stopProfile: Profiler.Profile;
}

/** Microseconds between two samples. */
const INTERVAL = 200;

let session: Session | undefined;

const handlers: { [Request in keyof ProbeResults]: () => Promise<ProbeResults[Request]> } = {
  cpu: () => {
    const { userCPUTime: user, systemCPUTime: system, maxRSS: maxRss } = process.resourceUsage();
    return Promise.resolve({ user, system, maxRss });
  },
  startProfile: async () => {
    // Imported on demand: a process that is not profiled does not load it.
    const inspector = await import('node:inspector/promises');
    session = new inspector.Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
    await session.post('Profiler.start');
    return null;
  },
  stopProfile: async () => {
    if (!session) throw new Error('no profile was started');
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return profile;
  },
};

process.on('message', (message) => {
  if (!isRequest(message)) return;
  void handlers[message]().then((result) => process.send?.(result));
});
// The process must not outlive the benchmark.
process.on('disconnect', () => process.exit(1));
// The IPC channel alone must not keep the process running.
process.channel?.unref();

function isRequest(message: unknown): message is keyof ProbeResults {
  return typeof message === 'string' && Object.hasOwn(handlers, message);
}
