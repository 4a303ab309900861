import type { Log } from '../../kernel/log.js';
import { type PlanAhead, PlanningThread } from './planning-thread.js';

/**
 * Threads that plan, so that no request waits while the operation of another one is planned: each goes to the thread
 * that has the fewest to plan, so one that takes long is waited for only when all of them have such a one.
 */
export class PlanningThreads implements AsyncDisposable {
  private readonly threads: readonly PlanningThread[];

  /** At least one. */
  constructor(count: number, log: Log) {
    this.threads = Array.from({ length: count }, () => new PlanningThread(log));
  }

  /** Settles when every thread can plan, or never will. */
  get started(): Promise<unknown> {
    return Promise.all(this.threads.map((thread) => thread.started));
  }

  /** Loads a supergraph, and answers what plans operations of it from now on. */
  load(sdl: string): PlanAhead {
    const loaded = this.threads.map((thread) => ({ thread, plan: thread.load(sdl) }));
    return (source, operationName) => {
      const least = loaded.reduce((one, other) => (other.thread.pending < one.thread.pending ? other : one));
      return least.plan(source, operationName);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread[Symbol.asyncDispose]()));
  }
}
