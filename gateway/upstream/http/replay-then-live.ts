import type { SubgraphResult } from '../../../protocol/wire.js';
import type { SubgraphResults } from '../call/subgraph-source.js';

/**
 * The results of a subscription that starts with a replay on its own stream and then continues with a live stream
 * after the last replayed position. `openLive` returns undefined to stay on the current stream. Both streams end with
 * the signal of their request, so `return()` may wait for the next result.
 */
export async function* replayThenLive(
  replay: SubgraphResults,
  openLive: (position: string) => Promise<SubgraphResults> | undefined,
): AsyncGenerator<SubgraphResult, undefined> {
  let stream = replay;
  let open: typeof openLive | undefined = openLive;
  try {
    for (;;) {
      const { value, done } = await stream.next();
      if (done) return undefined;
      yield value;
      if (!open || !value.bookmark?.caughtUp) continue;
      const live = await open(value.bookmark.cursor);
      open = undefined;
      if (!live) continue;
      void stream.return?.();
      stream = live;
    }
  } finally {
    void stream.return?.();
  }
}
