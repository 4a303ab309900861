/** Errors wrap one another at most this deep. */
const DEPTH = 5;

interface Wrapper {
  readonly cause?: unknown;
  readonly meta?: { readonly driverAdapterError?: unknown };
}

/** An error and what it wraps: by `cause`, or as Prisma wraps what its database driver threw. */
export function* errorCauses(error: unknown, depth = DEPTH): Generator<object, void, undefined> {
  if (typeof error !== 'object' || error === null || depth === 0) return;
  yield error;
  const { cause, meta } = error as Wrapper;
  yield* errorCauses(meta?.driverAdapterError, depth - 1);
  yield* errorCauses(cause, depth - 1);
}
