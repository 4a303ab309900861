import { setTimeout as sleep } from 'node:timers/promises';
import { DemoFailure } from './demo-failure.js';

export interface PollOptions {
  readonly what: string;
  readonly signal: AbortSignal;
  /** Milliseconds to wait at most. Default 180,000. */
  readonly within?: number;
}

/** Milliseconds between polls. */
const POLL_MS = 300;

/** Polls until there is a value. */
export async function pollUntil<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  options: PollOptions,
): Promise<T> {
  const deadline = Date.now() + (options.within ?? 180_000);
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new DemoFailure(`waited in vain for ${options.what}`);
    await sleep(POLL_MS, undefined, { signal: options.signal }).catch(() => options.signal.throwIfAborted());
  }
}
