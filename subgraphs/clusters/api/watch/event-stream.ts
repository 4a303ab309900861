import { mapStream } from '../../../../protocol/mapped-stream.js';
import type { RequestContext } from '../../../runtime/subgraph.js';

/**
 * A subscription's source: what `work` yields until it returns, the client leaves, or the request is aborted. `work`
 * hears of the end by its signal, also while it waits for an event.
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
