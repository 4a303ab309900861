import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { SubgraphResult } from '../../kernel/graph/wire.js';
import { EntityBatch } from './entity-batch.js';
import { type PlanPath, entitiesAt, parsePath } from './plan-path.js';
import type { PlanPart, PlanRun } from './plan-run.js';
import { compileRequires } from './representations.js';
import { compileRewrites } from './rewrites.js';
import { type Tree, isTree, merge } from './tree.js';
import type { TypeConditions } from './type-conditions.js';
import { pickVariables } from './variables.js';

/** Compiles a fetch of root fields, or of entities at a path. */
export function compileFetch(node: FetchNode, path: ResponsePath, conditions: TypeConditions): PlanPart {
  const at = parsePath(path);
  const fetch = node.requires ? entityFetch(node, at, conditions) : rootFetch(node, path, conditions);
  return async (run) => {
    try {
      await fetch(run);
    } catch (error) {
      run.errors.push(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

/** Takes over what a subgraph has answered to a root fetch that somebody else has made. */
export function compileAnswer(
  node: FetchNode,
  conditions: TypeConditions,
): (run: PlanRun, answer: SubgraphResult) => void {
  const rewrite = compileRewrites(node.outputRewrites, conditions);
  return (run, { data, errors }) => {
    for (const error of errors ?? []) run.errors.push(subgraphError(error, node.serviceName, error.path));
    if (!data) return;
    rewrite?.(data);
    merge(run.data, data);
  };
}

function rootFetch(node: FetchNode, path: ResponsePath, conditions: TypeConditions): PlanPart {
  const at = parsePath(path);
  const rewrite = compileRewrites(node.outputRewrites, conditions);
  return async (run) => {
    const targets = entitiesAt(run.data, at);
    if (targets.length === 0) return;
    const { data, errors } = await send(run, node, pickVariables(node.variableUsages, run.variables));
    for (const error of errors ?? [])
      run.errors.push(subgraphError(error, node.serviceName, error.path && [...path, ...error.path]));
    if (!data) return;
    rewrite?.(data);
    for (const target of targets) merge(target, data);
  };
}

function entityFetch(node: FetchNode, at: PlanPath, conditions: TypeConditions): PlanPart {
  const extract = compileRequires(node.requires ?? [], conditions);
  const rewriteInput = compileRewrites(node.inputRewrites, conditions);
  const rewriteOutput = compileRewrites(node.outputRewrites, conditions);
  return async (run) => {
    const batch = new EntityBatch(run.data, at);
    batch.fill(extract, rewriteInput);
    if (batch.representations.length === 0) return;
    const variables = pickVariables(node.variableUsages, run.variables);
    variables['representations'] = batch.representations;
    const { data, errors } = await send(run, node, variables);
    // The places are looked for before the data is merged, while the entities are the ones that were asked for.
    for (const error of errors ?? []) addEntityErrors(run, error, node, batch);
    if (data) batch.merge(receivedEntities(data, batch.representations.length), rewriteOutput);
  };
}

/** An error of one representation is an error of every place of the response that it stands for. */
function addEntityErrors(
  run: PlanRun,
  error: GraphQLFormattedError,
  node: FetchNode,
  batch: EntityBatch,
): void {
  const { path } = error;
  const index = path?.[1];
  const places = typeof index === 'number' ? batch.places(index) : [];
  const rest = path?.slice(2) ?? [];
  if (places.length === 0) run.errors.push(subgraphError(error, node.serviceName, undefined));
  for (const place of places) run.errors.push(subgraphError(error, node.serviceName, [...place, ...rest]));
}

function receivedEntities(data: Tree, expected: number): readonly unknown[] {
  const received = data['_entities'];
  if (!Array.isArray(received)) throw new Error('a subgraph answered without a list of entities');
  if (received.length !== expected)
    throw new Error(`a subgraph answered ${received.length} of ${expected} entities`);
  return received;
}

async function send(run: PlanRun, node: FetchNode, variables: Tree): Promise<SubgraphResult> {
  const source = run.sources.get(node.serviceName);
  if (!source) throw new Error(`there is no subgraph ${node.serviceName}`);
  const { operation: query, operationName } = node;
  const result = await source.execute({ query, operationName, variables }, run.call);
  return isTree(result.data) || Array.isArray(result.errors) ? result : {};
}

function subgraphError(
  { message, extensions }: GraphQLFormattedError,
  serviceName: string,
  path: GraphQLFormattedError['path'],
): GraphQLError {
  return new GraphQLError(message || `The subgraph ${serviceName} answered with an error.`, {
    path,
    extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', ...extensions, serviceName },
  });
}
