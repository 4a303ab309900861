import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Turns, WorkQueue } from '../controllers/work-queue.js';
import type { ClusterStore } from '../store/cluster-store.js';
import type { Plan } from '../timers.js';
import type { EventRecorder } from './event-recorder.js';

/** What everything that runs inside one simulated cluster gets. */
export interface ClusterContext {
  readonly id: string;
  readonly regionId: string;
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly timers: Plan;
  readonly turns: Turns;
  readonly log: Log;
  readonly events: EventRecorder;
  /** Simulated seconds as milliseconds of the clock: divided by the speed of the simulation. */
  scaled(seconds: number): number;
  /** A queue of keys, closed with the cluster. */
  queue(name: string, work: (key: string) => void): WorkQueue;
}

/** A controller: subscribes to changes and works off what is there already. */
export interface Controller {
  start(): void;
}
