// What runs in the planning thread: loads supergraphs and plans their operations.
import { parentPort } from 'node:worker_threads';
import { parse } from 'graphql';
import type { PlanningAnswer, PlanningQuestion } from './planning-thread.js';
import { planOperation } from './plan-operation.js';
import { type Supergraph, loadSupergraph } from './supergraph.js';

let loaded: { readonly generation: number; readonly supergraph: Supergraph } | undefined;

parentPort?.on('message', (question: PlanningQuestion) => {
  if ('sdl' in question) load(question);
  else parentPort?.postMessage(answer(question));
});

function load({ generation, sdl }: Extract<PlanningQuestion, { sdl: string }>): void {
  try {
    loaded = { generation, supergraph: loadSupergraph(sdl) };
    parentPort?.postMessage({ loaded: generation } satisfies PlanningAnswer);
  } catch {
    // Whoever asked has loaded it, too, and knows why.
    loaded = undefined;
  }
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
