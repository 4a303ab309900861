import { mapStream } from '../../../../protocol/mapped-stream.js';
import type { RequestContext } from '../../../runtime/subgraph.js';

/**
 * The source of a subscription: yields the values of `work` until it returns, the client unsubscribes, or the request
 * is aborted. The end aborts the signal of `work`, also while it waits for an event.
 */
export function openStream<T>(
  context: RequestContext,
  work: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, undefined> {
  const ended = new AbortController();
  return mapStream(work(ended.signal), (value) => value, {
    signal: context.signal,
    ended: () => ended.abort(),
  });
}
