import { Loaders } from '../../../kernel/loaders.js';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import type { AbortScope } from '../../../kernel/request-scope.js';
import { type AbortSignalLike, LightAbortController } from './light-abort-controller.js';

/**
 * What the fetches of one query from subgraphs of this process share: loaders, so that what one has read the next need
 * not read again. So a statement may be of several fetches, and of those that others have joined: it ends when nobody
 * waits for any of them.
 */
export class QueryFetchScope implements AbortScope {
  private readonly loaders = new Loaders();
  private readonly over = new LightAbortController();
  private running = 0;

  /** `gone` aborts when the query's client has left. */
  constructor(private readonly gone: AbortSignalLike) {}

  /** Aborts when nobody waits for any of the fetches. */
  get signal(): AbortSignal {
    return this.over.native;
  }

  /** Runs one fetch; `abandoned` aborts when nobody waits for it. */
  fetch<T>(
    abandoned: AbortSignalLike,
    run: (loaders: Loaders, signal: AbortSignalLike) => MaybePromise<T>,
  ): MaybePromise<T> {
    this.running += 1;
    let left = false;
    const leave = () => {
      if (left) return;
      left = true;
      this.running -= 1;
      if (this.running === 0 && this.gone.aborted) this.over.abort();
    };
    let pending = false;
    try {
      const result = run(this.loaders, this.over);
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
