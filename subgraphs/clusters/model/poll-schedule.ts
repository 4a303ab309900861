import type { Instance } from '../../../engine/providers/instance.js';

const MIN_POLL_MS = 100;
const MAX_POLL_MS = 15_000;
/** When nothing says when the next node is there. */
const DEFAULT_POLL_MS = 500;

/** In how many milliseconds to look at instances again: when the next of them that starts is expected. */
export function nextPollDelay(instances: readonly Instance[], now: Date): number {
  const times = instances.flatMap(({ state, readyAt }) => (state === 'STARTING' ? [readyAt.getTime()] : []));
  if (times.length === 0) return DEFAULT_POLL_MS;
  return Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, Math.min(...times) - now.getTime()));
}
