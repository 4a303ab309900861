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

/** What it answers: the plan, or that the supergraph of a generation is loaded. */
export type PlanningAnswer = { readonly id: number; readonly plan?: QueryPlan } | { readonly loaded: number };

/** Operations that wait for their plan at the most; further ones are planned where they are needed. */
const WAITING = 1000;

/**
 * A thread that plans. Until it has come up, and when it is gone, everything is planned in this one: the first requests
 * need not wait for a thread to start.
 */
export class PlanningThread implements AsyncDisposable {
  /** Settles when the thread can plan, or never will. */
  readonly started: Promise<void>;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, (plan: QueryPlan | undefined) => void>();
  private generation = 0;
  private asked = 0;
  private state: 'starting' | 'up' | 'gone' = 'starting';

  constructor(log: Log) {
    this.worker = new Worker(new URL('./planning-worker.js', import.meta.url), { execArgv: [] });
    this.worker.unref();
    this.worker.on('message', (answer: PlanningAnswer) => {
      if ('loaded' in answer) this.state = 'up';
      else this.answer(answer.id, answer.plan);
    });
    this.started = new Promise((resolve) => {
      this.worker.once('message', () => resolve());
      this.worker.once('exit', () => resolve());
    });
    this.worker.on('error', (err) => log.error({ err }, 'the planning thread has failed'));
    this.worker.on('exit', () => this.end());
  }

  /** How many operations it has to plan; none goes to a thread that cannot plan while there is another. */
  get pending(): number {
    return this.state === 'up' ? this.waiting.size : Infinity;
  }

  /** Loads a supergraph, and answers what plans operations of it from now on. */
  load(sdl: string): PlanAhead {
    this.generation += 1;
    const { generation } = this;
    this.worker.postMessage({ generation, sdl } satisfies PlanningQuestion);
    return (source, operationName) => {
      if (this.state !== 'up' || this.waiting.size >= WAITING) return Promise.resolve(undefined);
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
    this.state = 'gone';
    for (const id of [...this.waiting.keys()]) this.answer(id, undefined);
  }
}
