/** Maximum depth of nested errors. */
const DEPTH = 5;

interface Wrapper {
  readonly cause?: unknown;
  readonly meta?: { readonly driverAdapterError?: unknown };
}

/** An error and the errors that it wraps: by `cause`, or as Prisma wraps the error of its database driver. */
export function* errorCauses(error: unknown, depth = DEPTH): Generator<object, void, undefined> {
  if (typeof error !== 'object' || error === null || depth === 0) return;
  yield error;
  const { cause, meta } = error as Wrapper;
  yield* errorCauses(meta?.driverAdapterError, depth - 1);
  yield* errorCauses(cause, depth - 1);
}
