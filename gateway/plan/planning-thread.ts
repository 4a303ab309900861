import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import type { Log } from '../../kernel/log.js';

/**
 * Plans an operation elsewhere; undefined when that does not work, so that it must be planned here. Never rejects.
 */
export type PlanAhead = (source: string, operationName: string | undefined) => Promise<QueryPlan | undefined>;

/** What the thread is told: another supergraph, or an operation of the supergraph of that generation to plan. */
export type PlanningQuestion =
  | { readonly generation: number; readonly sdl: string }
  | {
      readonly generation: number;
      readonly id: number;
      readonly source: string;
      readonly operationName: string | undefined;
    };

/** What it answers. */
export interface PlanningAnswer {
  readonly id: number;
  readonly plan?: QueryPlan;
}

/** Operations that wait for their plan at the most; further ones are planned where they are needed. */
const WAITING = 1000;

/**
 * A thread that plans, so that no request waits while the operation of another one is planned. When it is gone,
 * everything is planned in this one.
 */
export class PlanningThread implements AsyncDisposable {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, (plan: QueryPlan | undefined) => void>();
  private generation = 0;
  private asked = 0;
  private gone = false;

  constructor(log: Log) {
    this.worker = new Worker(new URL('./planning-worker.js', import.meta.url), { execArgv: [] });
    this.worker.unref();
    this.worker.on('message', ({ id, plan }: PlanningAnswer) => this.answer(id, plan));
    this.worker.on('error', (err) => log.error({ err }, 'the planning thread has failed'));
    this.worker.on('exit', () => this.end());
  }

  /** Loads a supergraph, and answers what plans operations of it from now on. */
  load(sdl: string): PlanAhead {
    this.generation += 1;
    const { generation } = this;
    this.worker.postMessage({ generation, sdl } satisfies PlanningQuestion);
    return (source, operationName) => {
      if (this.gone || this.waiting.size >= WAITING) return Promise.resolve(undefined);
      this.asked += 1;
      const id = this.asked;
      return new Promise((resolve) => {
        this.waiting.set(id, resolve);
        this.worker.postMessage({ generation, id, source, operationName } satisfies PlanningQuestion);
      });
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker.terminate();
  }

  private answer(id: number, plan: QueryPlan | undefined): void {
    this.waiting.get(id)?.(plan);
    this.waiting.delete(id);
  }

  private end(): void {
    this.gone = true;
    for (const id of [...this.waiting.keys()]) this.answer(id, undefined);
  }
}
