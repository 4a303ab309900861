import { setTimeout as sleep } from 'node:timers/promises';
import { DemoFailure } from './demo-failure.js';

export interface PollOptions {
  readonly condition: string;
  readonly signal: AbortSignal;
  /** Maximum wait in milliseconds. Default 180,000. */
  readonly within?: number;
}

/** Milliseconds between polls. */
const POLL_MS = 300;

/** Polls until the value is defined. */
export async function pollUntil<T>(
  read: () => Promise<T | undefined> | T | undefined,
  options: PollOptions,
): Promise<T> {
  const deadline = Date.now() + (options.within ?? 180_000);
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new DemoFailure(`waited in vain for ${options.condition}`);
    await sleep(POLL_MS, undefined, { signal: options.signal }).catch(() => options.signal.throwIfAborted());
  }
}
