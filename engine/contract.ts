/**
 * The engine's contract: read this first.
 *
 * A reconciler brings one kind of object to its desired state. It gets a key, reads the present state, takes the next step
 * and returns whether the key is done or must be requeued. It is idempotent: a second run, or a crash between any two
 * lines, is harmless.
 */
import type { Clock } from '../kernel/clock.js';
import type { Database } from '../kernel/postgres/database.js';
import type { ErrorCode } from '../kernel/errors.js';
import type { EventType } from './events/event-kinds.js';
import type { Log } from '../kernel/log.js';
import type { Problem } from '../kernel/result.js';
import type { FaultPoint } from './faults/fault-points.js';

/** Result of a reconcile. An error is retried with exponential back-off; a `TerminalError` is recorded, not retried. */
export type ReconcileResult =
  { readonly kind: 'done' } | { readonly kind: 'requeue'; readonly afterMs: number };

/** The key is not reconciled again until it is enqueued. */
export const done: ReconcileResult = { kind: 'done' };

/** The key is reconciled again after `afterMs` milliseconds (at least 0). */
export function requeueAfter(afterMs: number): ReconcileResult {
  return { kind: 'requeue', afterMs };
}

/** A terminal failure. It is passed to the reconciler's `failed`, and the key is not requeued. */
export class TerminalError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.message}`);
    this.name = 'TerminalError';
  }
}

/** Called at each fault point. Production passes `noFaultInjection`; a fault test kills the process at one of them. */
export interface FaultInjector {
  reach(point: FaultPoint): Promise<void>;
}

export const noFaultInjection: FaultInjector = { reach: () => Promise.resolve() };

/** Dependencies of a reconcile. */
export interface ReconcileContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultInjector;
  /** Aborted when the engine stops; long calls pass it on. */
  readonly signal: AbortSignal;
}

export interface Reconciler {
  /** Kind of its keys, e.g. `cluster`. */
  readonly kind: string;
  /** Kind under which earlier releases enqueued its keys. Their jobs are enqueued again under `kind`. */
  readonly formerKind?: string;
  reconcile(key: string, scope: ReconcileContext): Promise<ReconcileResult>;
  /** Records the problem of a TerminalError in the state of the object. */
  failed?(key: string, problem: Problem, scope: ReconcileContext): Promise<void>;
}

/** Work on a cron schedule. One of all engine processes runs each occurrence. */
export interface Schedule {
  readonly name: string;
  /** Name under which earlier releases enqueued it; during a rolling upgrade both names are enqueued. */
  readonly formerName?: string;
  /** Five-field cron pattern, UTC. */
  readonly cron: string;
  run(scope: ReconcileContext): Promise<void>;
}

export type EventLevel = 'INFO' | 'WARNING' | 'ERROR';
export type EventCategory = 'PROVISIONING' | 'SCALING' | 'WORKLOAD' | 'QUOTA' | 'ACCESS' | 'KUBERNETES';

/** An event to append. `type` is its machine-readable type (`NODE_READY`), `reason` is the type in CamelCase. */
export interface NewEvent {
  readonly category: EventCategory;
  readonly type: EventType;
  readonly level?: EventLevel;
  readonly reason: string;
  readonly message: string;
  readonly clusterId?: string;
  readonly nodePoolId?: string;
  readonly operationId?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** An event of the log. */
export interface LoggedEvent {
  readonly account: string;
  readonly sequence: bigint;
  readonly id: string;
  readonly at: Date;
  readonly category: EventCategory;
  readonly type: string;
  readonly level: EventLevel;
  readonly reason: string;
  readonly message: string;
  readonly clusterId: string | null;
  readonly nodePoolId: string | null;
  readonly operationId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  /** The span in which it was appended (W3C), when that was traced. */
  readonly traceparent?: string | undefined;
}

export const OPERATION_STATES = ['PENDING', 'RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELED'] as const;

export type OperationState = (typeof OPERATION_STATES)[number];

export interface OperationStage {
  readonly name: string;
  readonly state: OperationState;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly message?: string;
}

/** Problem of one object that could not be created. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path?: readonly string[];
}
