/** Waits for a fact: runs `check` until it answers something other than undefined or false, or the deadline passes. */
export async function eventually<T>(
  check: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 45_000, what = 'the expected state' } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    last = value;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}; last seen: ${String(last)}`);
}
