import { GraphQLError } from 'graphql';

/**
 * Runs `work` with a signal that aborts after `milliseconds` or with `outer`. When the time is up it throws
 * REQUEST_TIMEOUT at once, whether or not the work heeds the signal.
 */
export function withDeadline<T>(
  milliseconds: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const abort = () => inner.abort();
  outer.addEventListener('abort', abort, { once: true });
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(timeout(milliseconds));
      abort();
    }, milliseconds);
    const over = () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    };
    work(inner.signal).then(
      (value) => {
        over();
        resolve(value);
      },
      (error: unknown) => {
        over();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

function timeout(milliseconds: number): GraphQLError {
  return new GraphQLError(`The request took longer than ${milliseconds / 1000} seconds.`, {
    extensions: { code: 'REQUEST_TIMEOUT' },
  });
}
