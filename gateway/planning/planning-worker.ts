// Entry point of the planning thread: loads supergraphs, warms up and plans operations.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, parse } from 'graphql';
import { OperationNotPlannedError } from './operation-not-planned-error.js';
import { type PlannableSupergraph, loadSupergraph } from './plannable-supergraph.js';
import { planOperation } from './plan-operation.js';
import { betweenSteps } from './corrections/planner-steps.js';
import type {
  PlanningResponse,
  PlanningRequest,
  PlanningThreadOptions,
  SupergraphToLoad,
} from './planning-thread.js';
import { warmUpQueries } from './warm-up-queries.js';

/** Time limit of warming up in milliseconds. */
const WARM_UP = 1000;

/** Milliseconds of planning before a newly arrived operation is planned in between. */
const TURN = 2;

/** Maximum number of operations being planned: each is suspended on the stack below the next. */
const MAX_IN_PROGRESS = 16;

const options = workerData as PlanningThreadOptions;

/** The active supergraph and the previous one, whose last requests may still arrive. */
const loaded = new Map<number, PlannableSupergraph>();

/** Operations being planned; only the last one makes progress. */
const inProgress: { steps: number }[] = [];

/** `performance.now()` timestamp. */
let turnEnds = 0;

parentPort?.on('message', receive);
betweenSteps(() => {
  const current = inProgress.at(-1);
  if (!current) return;
  current.steps += 1;
  if (current.steps > options.steps)
    throw new OperationNotPlannedError(new Error(`Planning takes more than ${options.steps} steps.`));
  if (inProgress.length >= MAX_IN_PROGRESS || performance.now() < turnEnds || !parentPort) return;
  const received = receiveMessageOnPort(parentPort) as { readonly message: PlanningRequest } | undefined;
  if (received) receive(received.message);
  turnEnds = performance.now() + TURN;
});

function receive(request: PlanningRequest): void {
  if (!('sdl' in request)) parentPort?.postMessage(respond(request));
  // Loading blocks planning, so operations in progress are finished first.
  else if (inProgress.length > 0) setImmediate(load, request);
  else load(request);
}

function load({ generation, sdl }: SupergraphToLoad): void {
  const supergraph = loadSupergraph(sdl);
  loaded.delete(generation - 2);
  loaded.set(generation, supergraph);
  parentPort?.postMessage({ loaded: generation } satisfies PlanningResponse);
  if (options.warmUp) warmUp(supergraph, warmUpQueries(supergraph.api), performance.now() + WARM_UP);
}

/** One operation at a time, so that requests are handled in between. */
function warmUp(supergraph: PlannableSupergraph, operations: Iterator<DocumentNode>, until: number): void {
  if (performance.now() > until) return;
  const { value: document, done } = operations.next();
  if (done) return;
  try {
    plan(supergraph, document, undefined);
  } catch {
    // Operations that cannot be planned also warm up the planner.
  }
  setImmediate(() => warmUp(supergraph, operations, until));
}

function respond({
  generation,
  id,
  source,
  operationName,
}: Exclude<PlanningRequest, SupergraphToLoad>): PlanningResponse {
  const supergraph = loaded.get(generation);
  if (!supergraph) return { id };
  try {
    return { id, plan: plan(supergraph, parse(source, { noLocation: true }), operationName) };
  } catch (error) {
    return error instanceof OperationNotPlannedError
      ? { id, error: error.originalError, rejected: true }
      : { id, error: error instanceof Error ? error : new Error(String(error)), rejected: false };
  }
}

function plan(
  supergraph: PlannableSupergraph,
  document: DocumentNode,
  operationName: string | undefined,
): QueryPlan {
  inProgress.push({ steps: 0 });
  turnEnds = performance.now() + TURN;
  try {
    return planOperation(supergraph, document, operationName);
  } finally {
    inProgress.pop();
  }
}
