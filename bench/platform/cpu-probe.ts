// Preloaded (`node --import`) into every process that is measured: tells its own CPU time when asked, and where it
// went. The operating system counts all threads, so that garbage collection and the like are in it; a profile is of
// the main thread alone.
import type { Profiler } from 'node:inspector';
import type { Session } from 'node:inspector/promises';

/** CPU time of a process since it started, in microseconds, and its largest resident set in KiB. */
export interface CpuReading {
  readonly user: number;
  readonly system: number;
  readonly maxRss: number;
}

/** What a process can be asked, and what it answers. */
export interface ProbeAnswers {
  readonly cpu: CpuReading;
  /** Begins a profile. */
  readonly profile: null;
  /** Ends it. */
  readonly profiled: Profiler.Profile;
}

/** Microseconds between two samples. */
const INTERVAL = 200;

let session: Session | undefined;

const answers: { [Question in keyof ProbeAnswers]: () => Promise<ProbeAnswers[Question]> } = {
  cpu: () => {
    const { userCPUTime: user, systemCPUTime: system, maxRSS: maxRss } = process.resourceUsage();
    return Promise.resolve({ user, system, maxRss });
  },
  profile: async () => {
    // Imported on demand: a process that is not profiled does not load it.
    const inspector = await import('node:inspector/promises');
    session = new inspector.Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
    await session.post('Profiler.start');
    return null;
  },
  profiled: async () => {
    if (!session) throw new Error('no profile was begun');
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return profile;
  },
};

process.on('message', (question) => {
  if (!isQuestion(question)) return;
  void answers[question]().then((answer) => process.send?.(answer));
});
// Nothing that is measured outlives the benchmark.
process.on('disconnect', () => process.exit(1));
// A role that has closed everything may end, although it could still be asked.
process.channel?.unref();

function isQuestion(message: unknown): message is keyof ProbeAnswers {
  return typeof message === 'string' && Object.hasOwn(answers, message);
}
