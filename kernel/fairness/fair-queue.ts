import { type AccountPace, afterPause, firstWithoutPause } from './account-pace.js';
import { BoundedStates } from './bounded-states.js';
import type { MaybePromise } from '../maybe-promise.js';
import { mapMaybePromise } from '../maybe-promise.js';

/** The part of an `AbortSignal` that the queue uses. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface FairQueueOptions {
  /** Maximum number of running tasks of one flow; 1 or more. */
  readonly perFlow: number;
  /** Maximum number of waiting tasks of one flow; further ones are rejected with QueueFullError. */
  readonly maxWaiting: number;
  /** Maximum number of running tasks of all flows. Default unlimited. */
  readonly total?: number | undefined;
  /** Makes flows, which are accounts, pause between tasks while other accounts have work. Default no pauses. */
  readonly pace?: Pick<AccountPace, 'begin' | 'end' | 'pause'> | undefined;
}

/** The flow has its maximum number of running and waiting tasks. */
export class QueueFullError extends Error {
  constructor() {
    super('the queue of the flow is full');
    this.name = 'QueueFullError';
  }
}

/** Releases a slot; calls after the first do nothing. */
export type Release = () => void;

/** Maximum number of flows without a task whose state is kept. */
const MAX_IDLE_FLOWS = 1_000;

interface Flow {
  running: number;
  readonly waiting: Set<() => void>;
}

/**
 * Slots for tasks, fair between flows (e.g. accounts). A task starts immediately if its flow has a free slot and no waiting
 * task. Other tasks wait in the queue of their flow. Each turn of the event loop starts one of them, the flows in rotation:
 * a task of one flow waits for at most one task of each other flow, and input is read in between.
 */
export class FairQueue {
  /** Includes idle flows: a map whose keys change with each task leaves old hash tables for the garbage collector. */
  private readonly flows = new BoundedStates<Flow>(
    () => ({ running: 0, waiting: new Set() }),
    ({ running, waiting }) => running === 0 && waiting.size === 0,
    MAX_IDLE_FLOWS,
  );
  /** Flows with a waiting task and a free slot, in the order of their turns. */
  private readonly rotation = new Set<string>();
  private running = 0;
  private nextTurn: NodeJS.Immediate | undefined;
  /** Set while all flows with waiting tasks pause. */
  private pauseTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: FairQueueOptions) {}

  /**
   * Takes a slot, immediately or at the flow's turn. Undefined if `signal` aborts first: the task leaves the queue. A
   * function that returns the signal is called only if the task has to wait. Throws QueueFullError.
   */
  enter(
    name: string,
    signal?: AbortSignalLike | (() => AbortSignalLike | undefined),
  ): MaybePromise<Release | undefined> {
    if (typeof signal !== 'function' && signal?.aborted) return undefined;
    const flow = this.flows.get(name);
    if (this.isFree(name, flow)) return this.start(name, flow);
    if (flow.waiting.size >= this.options.maxWaiting) throw new QueueFullError();
    return this.wait(name, flow, typeof signal === 'function' ? signal() : signal);
  }

  /** Takes a slot if the flow has a free one and no waiting task. */
  tryEnter(name: string): Release | undefined {
    const flow = this.flows.get(name);
    return this.isFree(name, flow) ? this.start(name, flow) : undefined;
  }

  /** Runs `work` in a slot of the flow. Undefined if `signal` aborts before it starts. Throws QueueFullError. */
  run<T>(
    name: string,
    work: () => MaybePromise<T>,
    signal?: AbortSignalLike | (() => AbortSignalLike | undefined),
  ): MaybePromise<T | undefined> {
    return mapMaybePromise(this.enter(name, signal), (release) => release && runThenRelease(release, work));
  }

  /** Numbers of running and of waiting tasks of a flow. */
  load(name: string): { readonly running: number; readonly waiting: number } {
    const flow = this.flows.peek(name);
    return { running: flow?.running ?? 0, waiting: flow?.waiting.size ?? 0 };
  }

  private isFree(name: string, flow: Flow): boolean {
    if (flow.waiting.size > 0 || flow.running >= this.options.perFlow) return false;
    const { pace, total } = this.options;
    if (pace && pace.pause(name) > 0) return false;
    // Flows that wait for the total limit come first.
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

  /** Starts the next task in the next turn of the event loop, if the limits allow one. */
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
    const flow = this.flows.get(next);
    const [begin] = flow.waiting;
    if (begin) {
      flow.waiting.delete(begin);
      begin();
      // To the end of the rotation.
      if (flow.waiting.size > 0 && flow.running < this.options.perFlow) this.rotation.add(next);
    }
    this.scheduleNext();
  }
}

/** Runs the work and releases the slot when it ends or fails. */
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
