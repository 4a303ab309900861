/**
 * Waits for what is being started and puts it on the stack. When the stack was disposed of meanwhile — the benchmark
 * was interrupted — what has just come up is ended at once, and this throws.
 */
export async function disposeOnExit<T extends AsyncDisposable>(
  started: AsyncDisposableStack,
  coming: Promise<T>,
): Promise<T> {
  const resource = await coming;
  if (!started.disposed) return started.use(resource);
  await resource[Symbol.asyncDispose]();
  throw new Error('the benchmark was interrupted');
}
