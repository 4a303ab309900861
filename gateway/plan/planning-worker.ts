// What runs in the planning thread: loads supergraphs, warms up on them and plans their operations.
import { parentPort } from 'node:worker_threads';
import { type DocumentNode, parse } from 'graphql';
import type { PlanningAnswer, PlanningQuestion } from './planning-thread.js';
import { planOperation } from './plan-operation.js';
import { warmUpQueries } from './warm-up-queries.js';
import { type Supergraph, loadSupergraph } from './supergraph.js';

interface Loaded {
  readonly generation: number;
  readonly supergraph: Supergraph;
}

/** Milliseconds after which warming up ends, however much is left. */
const WARM_UP = 1000;

let loaded: Loaded | undefined;

parentPort?.on('message', (question: PlanningQuestion) => {
  if ('sdl' in question) load(question);
  else parentPort?.postMessage(answer(question));
});

function load({ generation, sdl }: Extract<PlanningQuestion, { sdl: string }>): void {
  try {
    loaded = { generation, supergraph: loadSupergraph(sdl) };
    parentPort?.postMessage({ loaded: generation } satisfies PlanningAnswer);
    warmUp(loaded, warmUpQueries(loaded.supergraph.api), performance.now() + WARM_UP);
  } catch {
    // Whoever asked has loaded it, too, and knows why.
    loaded = undefined;
  }
}

/** One operation at a time, so that a question waits for no more than that. */
function warmUp(on: Loaded, operations: Iterator<DocumentNode>, until: number): void {
  if (loaded !== on || performance.now() > until) return;
  try {
    const { value: document, done } = operations.next();
    if (done) return;
    planOperation(on.supergraph, document, undefined);
  } catch {
    // What cannot be planned warms up no worse.
  }
  setImmediate(() => warmUp(on, operations, until));
}

/** Without a plan the operation is planned again where it is needed, and fails there if it does. */
function answer({
  generation,
  id,
  source,
  operationName,
}: Exclude<PlanningQuestion, { sdl: string }>): PlanningAnswer {
  if (loaded?.generation !== generation) return { id };
  try {
    return { id, plan: planOperation(loaded.supergraph, parse(source), operationName) };
  } catch {
    return { id };
  }
}
