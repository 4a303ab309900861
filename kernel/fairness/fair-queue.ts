import { type AccountPace, afterPause, firstWithoutPause } from './account-pace.js';
import type { MaybePromise } from '../maybe-promise.js';
import { mapMaybePromise } from '../maybe-promise.js';

/** The part of an `AbortSignal` that waiting needs. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface FairQueueOptions {
  /** Tasks of one flow that run at once; 1 or more. */
  readonly perFlow: number;
  /** Tasks of one flow that wait at the most; further ones are refused. */
  readonly maxWaiting: number;
  /** Tasks of all flows that run at once. Default as many as there are. */
  readonly total?: number | undefined;
  /** Lets flows, which are accounts, pause between tasks while others have some. Default they need not. */
  readonly pace?: Pick<AccountPace, 'begin' | 'end' | 'pause'> | undefined;
}

/** The flow has as many tasks running and waiting as it may. */
export class QueueFullError extends Error {
  constructor() {
    super('the queue of the flow is full');
    this.name = 'QueueFullError';
  }
}

/** Gives a place back; calls after the first do nothing. */
export type Release = () => void;

/** Flows without a task that are kept. */
const MAX_IDLE_FLOWS = 1_000;

interface Flow {
  running: number;
  readonly waiting: Set<() => void>;
}

/**
 * Places for tasks, fair between flows (e.g. accounts). A flow that has a free place and nothing waiting starts at once.
 * All others wait in the queue of their flow. One of them starts in each turn of the event loop, the flows in rotation,
 * so that whatever one flow has sent, another one's task comes after one task of each flow at the most, and input is read
 * in between.
 */
export class FairQueue {
  /** Those that had something lately, too: a map that changes with each task leaves its former tables behind. */
  private readonly flows = new Map<string, Flow>();
  /** Flows from which on those that have nothing are removed. */
  private limit = MAX_IDLE_FLOWS;
  /** Flows that have something waiting and a place for it, in the order in which it is their turn. */
  private readonly rotation = new Set<string>();
  private running = 0;
  private nextTurn: NodeJS.Immediate | undefined;
  /** While all flows that have something waiting pause. */
  private pauseTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: FairQueueOptions) {}

  /**
   * Takes a place, when it is there or once it is the flow's turn. Undefined when `signal` aborted meanwhile: the place in
   * the queue is given up. A function that answers the signal is called only to wait. Throws QueueFull.
   */
  enter(
    name: string,
    signal?: AbortSignalLike | (() => AbortSignalLike | undefined),
  ): MaybePromise<Release | undefined> {
    if (typeof signal !== 'function' && signal?.aborted) return undefined;
    const flow = this.flow(name);
    if (this.isFree(name, flow)) return this.start(name, flow);
    if (flow.waiting.size >= this.options.maxWaiting) throw new QueueFullError();
    return this.wait(name, flow, typeof signal === 'function' ? signal() : signal);
  }

  /** Takes a place if the flow has a free one and nothing waiting. */
  tryEnter(name: string): Release | undefined {
    const flow = this.flow(name);
    return this.isFree(name, flow) ? this.start(name, flow) : undefined;
  }

  /** Runs `work` in a place of the flow. Undefined when `signal` aborted before it began. Throws QueueFull. */
  run<T>(
    name: string,
    work: () => MaybePromise<T>,
    signal?: AbortSignalLike | (() => AbortSignalLike | undefined),
  ): MaybePromise<T | undefined> {
    return mapMaybePromise(this.enter(name, signal), (release) => release && runThenRelease(release, work));
  }

  /** Tasks of a flow that run, and that wait. */
  load(name: string): { readonly running: number; readonly waiting: number } {
    const flow = this.flows.get(name);
    return { running: flow?.running ?? 0, waiting: flow?.waiting.size ?? 0 };
  }

  private flow(name: string): Flow {
    const known = this.flows.get(name);
    if (known) return known;
    if (this.flows.size >= this.limit) this.removeIdle();
    const flow = { running: 0, waiting: new Set<() => void>() };
    this.flows.set(name, flow);
    return flow;
  }

  private removeIdle(): void {
    for (const [name, { running, waiting }] of this.flows)
      if (running === 0 && waiting.size === 0) this.flows.delete(name);
    this.limit = this.flows.size + MAX_IDLE_FLOWS;
  }

  private isFree(name: string, flow: Flow): boolean {
    if (flow.waiting.size > 0 || flow.running >= this.options.perFlow) return false;
    const { pace, total } = this.options;
    if (pace && pace.pause(name) > 0) return false;
    // Others that wait for a place of all come first.
    return total === undefined || (this.running < total && this.rotation.size === 0);
  }

  private start(name: string, flow: Flow): Release {
    flow.running += 1;
    this.running += 1;
    this.options.pace?.begin(name);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      flow.running -= 1;
      this.running -= 1;
      this.options.pace?.end(name);
      if (flow.waiting.size > 0) this.rotation.add(name);
      this.scheduleNext();
    };
  }

  private wait(name: string, flow: Flow, signal: AbortSignalLike | undefined): Promise<Release | undefined> {
    return new Promise((resolve) => {
      const onAbort = () => {
        flow.waiting.delete(begin);
        if (flow.waiting.size === 0) this.rotation.delete(name);
        resolve(undefined);
      };
      const begin = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve(this.start(name, flow));
      };
      flow.waiting.add(begin);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (flow.running < this.options.perFlow) this.rotation.add(name);
      this.scheduleNext();
    });
  }

  /** Starts the next task when the event loop has turned, if there may be one. */
  private scheduleNext(): void {
    if (this.rotation.size === 0 || this.running >= (this.options.total ?? Infinity)) return;
    clearTimeout(this.pauseTimer);
    this.pauseTimer = undefined;
    this.nextTurn ??= setImmediate(() => {
      this.nextTurn = undefined;
      this.startNext();
    });
  }

  private startNext(): void {
    if (this.running >= (this.options.total ?? Infinity)) return;
    const next = firstWithoutPause(this.rotation, (name) => this.options.pace?.pause(name) ?? 0);
    if (next === undefined) return;
    if (typeof next === 'number') {
      this.pauseTimer = afterPause(next, () => this.scheduleNext());
      return;
    }
    this.rotation.delete(next);
    const flow = this.flow(next);
    const [begin] = flow.waiting;
    if (begin) {
      flow.waiting.delete(begin);
      begin();
      // Behind the others.
      if (flow.waiting.size > 0 && flow.running < this.options.perFlow) this.rotation.add(next);
    }
    this.scheduleNext();
  }
}

/** Gives the place back when the work is over, however it ends. */
function runThenRelease<T>(release: Release, work: () => MaybePromise<T>): MaybePromise<T> {
  let result: MaybePromise<T>;
  try {
    result = work();
  } catch (error) {
    release();
    throw error;
  }
  if (result instanceof Promise) return result.finally(release);
  release();
  return result;
}
