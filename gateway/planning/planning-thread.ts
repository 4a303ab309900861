import { Worker } from 'node:worker_threads';
import { ExponentialBackoff, type IBackoff, type IBackoffFactory, noJitterGenerator } from 'cockatiel';
import type { QueryPlan } from '@apollo/query-planner';
import type { Log } from '../../kernel/log.js';
import { coded } from '../errors/coded-error.js';
import { OperationNotPlannedError } from './operation-not-planned-error.js';

/**
 * Plans an operation on the planning thread. Rejects with OPERATION_NOT_PLANNED, or SERVICE_UNAVAILABLE when the
 * thread failed or has replaced the supergraph twice since.
 */
export type PlanOnWorker = (source: string, operationName: string | undefined) => Promise<QueryPlan>;

/** A supergraph to load; every one has its own generation. */
export interface SupergraphToLoad {
  readonly generation: number;
  readonly sdl: string;
}

/** An operation to plan on the supergraph of a generation. */
interface OperationToPlan {
  readonly generation: number;
  readonly id: number;
  readonly source: string;
  readonly operationName: string | undefined;
}

/** Messages to the planning thread. */
export type PlanningRequest = SupergraphToLoad | OperationToPlan;

/**
 * Messages from the planning thread: the generation of a supergraph that has been loaded, a plan, or an error. A message
 * without a plan means that the supergraph is no longer loaded.
 */
export type PlanningResponse =
  | { readonly loaded: number }
  | { readonly id: number; readonly plan?: QueryPlan }
  | { readonly id: number; readonly error: Error; readonly rejected: boolean };

/** `workerData` of the planning thread. */
export interface PlanningThreadOptions {
  /**
   * Maximum planner steps per operation, see planner-steps.ts. The largest documents within the limits take
   * 70,000 steps on the platform's graph; graphs with many paths to entities could take millions of steps,
   * minutes and gigabytes. Default 1,000,000.
   */
  readonly steps: number;
  /**
   * Whether the thread plans generated queries for up to a second after it has loaded a supergraph. Without it the first
   * operations take two to three times as long, but a start takes half the CPU. Default true.
   */
  readonly warmUp: boolean;
}

interface PendingPlan {
  readonly request: OperationToPlan;
  readonly resolve: (plan: QueryPlan) => void;
  readonly reject: (error: Error) => void;
}

/** Maximum number of queued operations; further ones are rejected. */
const MAX_PENDING = 1000;

/** Stack size in MiB: operations suspended while others are planned stay on the stack. */
const STACK = 32;

/** Milliseconds before a thread that failed to start is restarted; doubles each time. */
const RESTART_DELAYS: IBackoffFactory<unknown> = new ExponentialBackoff({
  initialDelay: 500,
  maxDelay: 30_000,
  generator: noJitterGenerator,
});

/**
 * The planning thread, so that planning does not block other requests. Plans several operations at once: the
 * newest one between the steps of the others. Operations are queued until the thread has started.
 */
export class PlanningThread implements AsyncDisposable {
  /** Settles when the last supergraph has been loaded, or the thread is closed. */
  loaded: Promise<void> = Promise.resolve();
  private readonly options: PlanningThreadOptions;
  private worker: Worker;
  /** The active supergraph and the previous or next one. */
  private supergraphs: readonly SupergraphToLoad[] = [];
  private readonly pending = new Map<number, PendingPlan>();
  private loading: (() => void)[] = [];
  private lastId = 0;
  private up = false;
  /** The delay before the last restart; undefined when the last start succeeded. */
  private restartDelay: IBackoff<unknown> | undefined;
  private restart: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly log: Log,
    options: Partial<PlanningThreadOptions> = {},
  ) {
    this.options = { steps: 1_000_000, warmUp: true, ...options };
    this.worker = this.start();
  }

  /** Loads a supergraph and returns a function that plans its operations. */
  load(sdl: string): PlanOnWorker {
    const generation = (this.supergraphs.at(-1)?.generation ?? 0) + 1;
    const supergraph = { generation, sdl };
    this.supergraphs = [...this.supergraphs.slice(-1), supergraph];
    this.loaded = new Promise((resolve) => this.loading.push(resolve));
    this.worker.postMessage(supergraph satisfies PlanningRequest);
    return (source, operationName) => this.plan({ generation, source, operationName });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.restart);
    await this.worker.terminate();
    this.rejectPending();
    this.allLoaded();
  }

  private plan(lastId: Omit<OperationToPlan, 'id'>): Promise<QueryPlan> {
    if (this.isClosed || this.pending.size >= MAX_PENDING) return Promise.reject(overloaded());
    this.lastId += 1;
    const request = { ...lastId, id: this.lastId };
    return new Promise((resolve, reject) => {
      this.pending.set(request.id, { request, resolve, reject });
      this.worker.postMessage(request satisfies PlanningRequest);
    });
  }

  private start(): Worker {
    const worker = new Worker(new URL('./planning-worker.js', import.meta.url), {
      execArgv: [],
      resourceLimits: { stackSizeMb: STACK },
      workerData: this.options,
    });
    worker.unref();
    worker.on('message', (response: PlanningResponse) => this.receive(response));
    worker.on('error', (err) =>
      this.log.error({ err }, 'the planning thread has failed; another one is started'),
    );
    worker.on('exit', () => this.end());
    return worker;
  }

  private receive(response: PlanningResponse): void {
    if ('loaded' in response) {
      if (response.loaded !== this.supergraphs.at(-1)?.generation) return;
      this.up = true;
      this.restartDelay = undefined;
      return this.allLoaded();
    }
    const pending = this.pending.get(response.id);
    this.pending.delete(response.id);
    if ('error' in response)
      pending?.reject(response.rejected ? new OperationNotPlannedError(response.error) : response.error);
    else if (response.plan) pending?.resolve(response.plan);
    else pending?.reject(overloaded());
  }

  /**
   * A pending operation may have crashed the thread, so they are not retried, unless the thread had not started
   * planning.
   */
  private end(): void {
    if (this.isClosed) return;
    if (this.up) this.rejectPending();
    else this.restartDelay = (this.restartDelay ?? RESTART_DELAYS).next(undefined);
    this.up = false;
    this.restart = setTimeout(() => {
      this.worker = this.start();
      const requests = [...this.supergraphs, ...[...this.pending.values()].map(({ request }) => request)];
      for (const request of requests) this.worker.postMessage(request satisfies PlanningRequest);
    }, this.restartDelay?.duration ?? 0);
    this.restart.unref();
  }

  private rejectPending(): void {
    for (const { reject } of this.pending.values()) reject(overloaded());
    this.pending.clear();
  }

  private allLoaded(): void {
    for (const resolve of this.loading) resolve();
    this.loading = [];
  }
}

function overloaded(): Error {
  return coded('SERVICE_UNAVAILABLE', 'The planning queue of the gateway is full. Retry.', {});
}
