import { Loaders } from '../../../kernel/loaders.js';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import type { AbortScope } from '../../../kernel/request-scope.js';
import { type AbortSignalLike, LightAbortController } from './light-abort-controller.js';

/**
 * Scope of all fetches of one query from subgraphs in this process. They share loaders, so rows are not read
 * twice. A SQL statement may thus serve several fetches and their joined callers: it is cancelled only when all
 * have aborted.
 */
export class QueryFetchScope implements AbortScope {
  private readonly loaders = new Loaders();
  private readonly controller = new LightAbortController();
  private running = 0;

  /** `disconnected` aborts when the client of the query disconnects. */
  constructor(private readonly disconnected: AbortSignalLike) {}

  /** Aborts when all callers of all fetches have aborted. */
  get signal(): AbortSignal {
    return this.controller.native;
  }

  /** Runs one fetch; `abandoned` aborts when all its callers have aborted. */
  fetch<T>(
    abandoned: AbortSignalLike,
    run: (loaders: Loaders, signal: AbortSignalLike) => MaybePromise<T>,
  ): MaybePromise<T> {
    this.running += 1;
    let hasLeft = false;
    const leave = () => {
      if (hasLeft) return;
      hasLeft = true;
      this.running -= 1;
      if (this.running === 0 && this.disconnected.aborted) this.controller.abort();
    };
    let pending = false;
    try {
      const result = run(this.loaders, this.controller);
      if (!(result instanceof Promise)) return result;
      pending = true;
      if (abandoned.aborted) leave();
      else abandoned.addEventListener('abort', leave, { once: true });
      return result.finally(leave);
    } finally {
      if (!pending) leave();
    }
  }
}
