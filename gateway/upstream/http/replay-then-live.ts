import type { SubgraphResult } from '../../../protocol/wire.js';
import type { SubgraphResults } from '../call/subgraph-source.js';

/**
 * A subscription that starts with a replay on its own stream and then continues with a live stream after the
 * last replayed position.
 */
export class ReplayThenLive implements SubgraphResults {
  /** Position after which the live stream starts. */
  private switchAfter: string | undefined;
  private over = false;

  constructor(
    private stream: SubgraphResults,
    /** Opens the live stream after a position; returns undefined to stay on the current stream. */
    private openLive: ((position: string) => Promise<SubgraphResults> | undefined) | undefined,
  ) {}

  next(): Promise<IteratorResult<SubgraphResult, undefined>> {
    return this.openLive ? this.nextReplayed(this.openLive) : this.stream.next();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.over = true;
    await this.stream.return?.();
    return { done: true, value: undefined };
  }

  private async nextReplayed(present: NonNullable<typeof this.openLive>) {
    if (this.switchAfter !== undefined) return this.switchToLive(present(this.switchAfter));
    const step = await this.stream.next();
    const bookmark = step.value?.bookmark;
    if (bookmark?.caughtUp) this.switchAfter = bookmark.cursor;
    return step;
  }

  private async switchToLive(
    present: Promise<SubgraphResults> | undefined,
  ): Promise<IteratorResult<SubgraphResult, undefined>> {
    this.openLive = undefined;
    if (present) {
      const past = this.stream;
      this.stream = await present;
      void past.return?.();
      if (this.over) return this.return();
    }
    return this.stream.next();
  }
}
