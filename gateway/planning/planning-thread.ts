import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import type { Log } from '../../kernel/log.js';
import { coded } from '../errors/coded-error.js';
import { OperationNotPlannedError } from './operation-not-planned-error.js';

/**
 * Plans an operation elsewhere; undefined when the supergraph is no longer served. Rejects when there is no way to fetch it
 * (OPERATION_NOT_PLANNED), or when it could not be looked for (SERVICE_UNAVAILABLE).
 */
export type PlanOnWorker = (
  source: string,
  operationName: string | undefined,
) => Promise<QueryPlan | undefined>;

/** A supergraph; each one that is loaded has a generation of its own. */
export interface SupergraphToLoad {
  readonly generation: number;
  readonly sdl: string;
}

/** An operation of the supergraph of a generation. */
interface OperationToPlan {
  readonly generation: number;
  readonly id: number;
  readonly source: string;
  readonly operationName: string | undefined;
}

/** What the thread is told. */
export type PlanningRequest = SupergraphToLoad | OperationToPlan;

/** What it answers: the plan or why there is none, or that the supergraph of a generation is loaded. */
export type PlanningResponse =
  | { readonly loaded: number }
  | { readonly id: number; readonly plan?: QueryPlan }
  | { readonly id: number; readonly error: Error; readonly refused: boolean };

/** What a thread is started with. */
export interface PlanningLimits {
  /**
   * Steps that one operation may take, see planner-steps.ts. The largest that fit the limits on documents take 70,000 on
   * the platform's own graph; where entities can be reached in many ways some would take millions, minutes and gigabytes.
   * Default 1,000,000.
   */
  readonly steps: number;
}

interface Waiting {
  readonly question: OperationToPlan;
  readonly resolve: (plan: QueryPlan | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Operations that wait for their plan at the most; further ones are refused. */
const WAITING = 1000;

/** Mebibytes of stack, for the operations that rest while others are planned; each takes a part of one. */
const STACK = 32;

/** Milliseconds until a thread is started again that has not come up; twice as many each time. */
const RETRY = { first: 500, most: 30_000 };

/**
 * The thread that plans, so that no request waits while the operation of another one is planned. It plans several at once:
 * the one that has come last first, in between the steps of the others. What is asked before it has come up waits for it.
 */
export class PlanningThread implements AsyncDisposable {
  /** Settles when the last supergraph has been loaded, or never will be. */
  loaded: Promise<void> = Promise.resolve();
  private worker: Worker;
  /** The supergraph that is served, and the one before or behind it. */
  private supergraphs: readonly SupergraphToLoad[] = [];
  private readonly waiting = new Map<number, Waiting>();
  private loading: (() => void)[] = [];
  private asked = 0;
  private up = false;
  private failures = 0;
  private restart: NodeJS.Timeout | undefined;
  private over = false;

  constructor(
    private readonly log: Log,
    private readonly limits: PlanningLimits = { steps: 1_000_000 },
  ) {
    this.worker = this.start();
  }

  /** Loads a supergraph, and answers what plans operations of it from now on. */
  load(sdl: string): PlanOnWorker {
    const generation = (this.supergraphs.at(-1)?.generation ?? 0) + 1;
    const supergraph = { generation, sdl };
    this.supergraphs = [...this.supergraphs.slice(-1), supergraph];
    this.loaded = new Promise((resolve) => this.loading.push(resolve));
    this.worker.postMessage(supergraph satisfies PlanningRequest);
    return (source, operationName) => this.plan({ generation, source, operationName });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.over = true;
    clearTimeout(this.restart);
    await this.worker.terminate();
    this.lose();
    this.allLoaded();
  }

  private plan(asked: Omit<OperationToPlan, 'id'>): Promise<QueryPlan | undefined> {
    if (this.over || this.waiting.size >= WAITING) return Promise.reject(overloaded());
    this.asked += 1;
    const question = { ...asked, id: this.asked };
    return new Promise((resolve, reject) => {
      this.waiting.set(question.id, { question, resolve, reject });
      this.worker.postMessage(question satisfies PlanningRequest);
    });
  }

  private start(): Worker {
    const worker = new Worker(new URL('./planning-worker.js', import.meta.url), {
      execArgv: [],
      resourceLimits: { stackSizeMb: STACK },
      workerData: this.limits,
    });
    worker.unref();
    worker.on('message', (answer: PlanningResponse) => this.take(answer));
    worker.on('error', (err) =>
      this.log.error({ err }, 'the planning thread has failed; another one is started'),
    );
    worker.on('exit', () => this.end());
    return worker;
  }

  private take(answer: PlanningResponse): void {
    if ('loaded' in answer) {
      if (answer.loaded !== this.supergraphs.at(-1)?.generation) return;
      this.up = true;
      this.failures = 0;
      return this.allLoaded();
    }
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (!('error' in answer)) waiting?.resolve(answer.plan);
    else waiting?.reject(answer.refused ? new OperationNotPlannedError(answer.error) : answer.error);
  }

  /** One of those that wait may be what it has died of, so they are not tried again; unless it had not come so far. */
  private end(): void {
    if (this.over) return;
    const delay = this.up ? 0 : Math.min(RETRY.first * 2 ** this.failures, RETRY.most);
    if (this.up) this.lose();
    else this.failures += 1;
    this.up = false;
    this.restart = setTimeout(() => {
      this.worker = this.start();
      const questions = [...this.supergraphs, ...[...this.waiting.values()].map(({ question }) => question)];
      for (const question of questions) this.worker.postMessage(question satisfies PlanningRequest);
    }, delay);
    this.restart.unref();
  }

  private lose(): void {
    for (const { reject } of this.waiting.values()) reject(overloaded());
    this.waiting.clear();
  }

  private allLoaded(): void {
    for (const resolve of this.loading) resolve();
    this.loading = [];
  }
}

function overloaded(): Error {
  return coded('SERVICE_UNAVAILABLE', 'The gateway has no room to plan a new operation now. Try again.', {});
}
