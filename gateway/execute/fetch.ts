import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type SubgraphResult, toWire } from '../../kernel/graph/wire.js';
import type { CombinedOperations } from './entities/combine-operations.js';
import { EntityBatch } from './entities/entity-batch.js';
import { entityOperation } from './entities/entity-operation.js';
import { type EntityError, EntityRequests } from './entities/entity-requests.js';
import { Represent } from './entities/represent.js';
import { type PlanPath, entitiesAt, parsePath } from './plan-path.js';
import type { PlanPart, PlanRun } from './plan-run.js';
import { compileRewrites } from './rewrites.js';
import { type Tree, isTree, merge } from './tree.js';
import type { TypeConditions } from './type-conditions.js';
import { pickVariables } from './variables.js';
import { RequestTemplate, type WrittenRequest } from './written-request.js';

/** What compiling a fetch needs besides its node. */
export interface FetchCompilation {
  /** Of the whole supergraph: keys may be of types that clients do not see. */
  readonly conditions: TypeConditions;
  readonly combined: CombinedOperations;
}

/** Compiles a fetch of root fields, or of entities at a path. */
export function compileFetch(node: FetchNode, path: ResponsePath, compilation: FetchCompilation): PlanPart {
  const fetch = node.requires
    ? entityFetch(node, parsePath(path), compilation)
    : rootFetch(node, path, compilation.conditions);
  return (run) =>
    fetch(run).catch((error: unknown) => {
      run.errors.push(error instanceof Error ? error : new Error(String(error)));
    });
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
  const template = new RequestTemplate(node.operation, node.operationName);
  return async (run) => {
    const targets = entitiesAt(run.data, at);
    if (targets.length === 0) return;
    const { data, errors } = await send(run, node.serviceName, write(template, node, run));
    for (const error of errors ?? [])
      run.errors.push(subgraphError(error, node.serviceName, error.path && [...path, ...error.path]));
    if (!data) return;
    rewrite?.(data);
    for (const target of targets) merge(target, data);
  };
}

function entityFetch(node: FetchNode, at: PlanPath, { conditions, combined }: FetchCompilation): PlanPart {
  const represent = new Represent(
    node.requires ?? [],
    conditions,
    compileRewrites(node.inputRewrites, conditions),
  );
  const rewrite = compileRewrites(node.outputRewrites, conditions);
  const operation = entityOperation(node, represent.shareable && !rewrite);
  return async (run) => {
    const batch = new EntityBatch(run.data, at);
    batch.fill(represent);
    if (batch.representations.length === 0) return;
    run.entities ??= new EntityRequests(run, combined);
    const { entities, errors, problem } = await run.entities.ask(operation, batch.representations);
    // The places are looked for before the data is merged, while the entities are the ones that were asked for.
    for (const error of errors) addEntityErrors(run, error, node, batch);
    if (problem) throw problem;
    if (entities) batch.merge(entities, rewrite);
  };
}

/** An error of one representation is an error of every place of the response that it stands for. */
function addEntityErrors(
  run: PlanRun,
  { error, index, rest }: EntityError,
  node: FetchNode,
  batch: EntityBatch,
): void {
  const places = index === undefined ? [] : batch.places(index);
  if (places.length === 0) run.errors.push(subgraphError(error, node.serviceName, undefined));
  for (const place of places) run.errors.push(subgraphError(error, node.serviceName, [...place, ...rest]));
}

async function send(run: PlanRun, serviceName: string, request: WrittenRequest): Promise<SubgraphResult> {
  const source = run.sources.get(serviceName);
  if (!source) throw new Error(`there is no subgraph ${serviceName}`);
  const result = await source.execute(request, run.call);
  return isTree(result.data) || Array.isArray(result.errors) ? result : {};
}

function write(
  template: RequestTemplate,
  { variableUsages = [] }: FetchNode,
  { variables }: PlanRun,
): WrittenRequest {
  if (variableUsages.length === 0) return template.write('{}', () => ({}));
  const picked = pickVariables(variableUsages, variables);
  return template.write(JSON.stringify(picked), () => toWire(picked) as Tree);
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
