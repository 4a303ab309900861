import type { EngineTiming } from '../../engine/jobs/engine-timing.js';

/** Shorter intervals than in production, because the simulated cloud of tests is up to 1,000 times as fast as a real one. */
export const testTiming: EngineTiming = { pollMs: 200, sweepMs: 1_000, delayFactor: 0.2 };
