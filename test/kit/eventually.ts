import { TestRunner } from 'vitest';

/** Results with which `eventually` repeats the check. */
type NotYet = undefined | null | false | 0 | '';

/**
 * Milliseconds before the next check of a wait that began `elapsed` milliseconds ago. Rarer in long waits: most checks are
 * requests or queries, which take CPU from what they wait for.
 */
function pauseAfter(elapsed: number): number {
  return Math.min(250, Math.max(50, elapsed / 8));
}

/**
 * Repeats `check` until it returns a truthy result or the timeout has passed. If the test times out before, its error has
 * `what`.
 */
export async function eventually<T>(
  check: () => Promise<T | NotYet> | T | NotYet,
  { timeoutMs = 45_000, what = 'the expected state' } = {},
): Promise<T> {
  const start = Date.now();
  const deadline = start + timeoutMs;
  let last: unknown;
  using test = testTime(() => `It waited for ${what}; last seen: ${String(last)}`);
  while (Date.now() < deadline && !test.over()) {
    const value = await check();
    if (value) return value;
    last = value;
    await new Promise((wake) => setTimeout(wake, pauseAfter(Date.now() - start)));
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}; last seen: ${String(last)}`);
}

/** Whether the running test has timed out; its error then includes `why`. Hooks have no such timeout. */
function testTime(why: () => string): { over(): boolean } & Disposable {
  const signal = TestRunner.getCurrentTest()?.context.signal;
  const onAbort = () => {
    if (signal?.reason instanceof Error) signal.reason.message += `\n${why()}`;
  };
  signal?.addEventListener('abort', onAbort);
  return {
    over: () => signal?.aborted ?? false,
    [Symbol.dispose]: () => signal?.removeEventListener('abort', onAbort),
  };
}
