import type { Instance } from '../../../engine/providers/instance.js';

const MIN_POLL_MS = 100;
const MAX_POLL_MS = 15_000;
/** Interval while no instance is starting. */
const DEFAULT_POLL_MS = 500;

/** Milliseconds until the next poll of instances: when the next starting instance is expected to be ready. */
export function nextPollDelay(instances: readonly Instance[], now: Date): number {
  const times = instances.flatMap(({ state, readyAt }) => (state === 'STARTING' ? [readyAt.getTime()] : []));
  if (times.length === 0) return DEFAULT_POLL_MS;
  return Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, Math.min(...times) - now.getTime()));
}
