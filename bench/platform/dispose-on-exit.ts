/**
 * Waits for a starting resource and adds it to the stack. If the stack was disposed meanwhile, because the benchmark was
 * interrupted, disposes the resource and throws.
 */
export async function disposeOnExit<T extends AsyncDisposable>(
  started: AsyncDisposableStack,
  starting: Promise<T>,
): Promise<T> {
  const resource = await starting;
  if (!started.disposed) return started.use(resource);
  await resource[Symbol.asyncDispose]();
  throw new Error('the benchmark was interrupted');
}
