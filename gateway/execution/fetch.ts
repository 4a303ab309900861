import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { MAX_ERRORS } from '../../protocol/error-bounds.js';
import { type SubgraphResult, toWire } from '../../protocol/wire.js';
import { handleMaybePromise } from '../../kernel/maybe-promise.js';
import type { CombinedOperations } from './entities/combine-operations.js';
import { EntityBatch } from './entities/entity-batch.js';
import { entityOperation } from './entities/entity-operation.js';
import { type EntityFetchResult, type EntityError, EntityRequests } from './entities/entity-requests.js';
import type { RepresentationWriters } from './entities/representation-writers.js';
import { type PlanPath, entitiesAt, parsePath } from './data/plan-path.js';
import type { CompiledPlanNode, PlanExecution } from './plan-execution.js';
import { compileRewrites } from './data/rewrites.js';
import { validResult, sourceOf } from '../upstream/call/subgraph-source.js';
import { type JSONObject, merge } from './data/json-object.js';
import type { TypeConditions } from '../supergraph/type-conditions.js';
import { pickVariables } from './data/variables.js';
import type { RequestTemplates } from '../upstream/call/request-templates.js';
import type { RequestTemplate, SerializedRequest } from '../upstream/call/serialized-request.js';

/** Inputs for compiling a fetch besides its node. */
export interface FetchCompilation {
  /** Type conditions of the full schema: keys may have types that the API schema hides. */
  readonly conditions: TypeConditions;
  readonly combined: CombinedOperations;
  readonly representationWriters: RepresentationWriters;
  readonly templates: RequestTemplates;
  /** Whether the fetch is inside of a `Parallel` node. */
  readonly parallel?: boolean;
}

/** Compiles a fetch of root fields, or of entities at a path. */
export function compileFetch(
  node: FetchNode,
  path: ResponsePath,
  compilation: FetchCompilation,
): CompiledPlanNode {
  return node.requires ? entityFetch(node, parsePath(path), compilation) : rootFetch(node, path, compilation);
}

function fail({ errors }: PlanExecution, error: unknown): void {
  errors.push(error instanceof Error ? error : new Error(String(error)));
}

/** Completes a fetch with its response or its error. */
function ending<T>(run: PlanExecution, take: (result: T) => void, done: () => void) {
  return {
    taken: (result: T) => {
      try {
        take(result);
      } catch (error) {
        fail(run, error);
      }
      done();
    },
    failed: (error: unknown) => {
      fail(run, error);
      done();
    },
  };
}

/** Merges the response of a root fetch made elsewhere. */
export function compileResponseMerge(
  node: FetchNode,
  conditions: TypeConditions,
): (run: PlanExecution, result: SubgraphResult) => void {
  const { serviceName } = node;
  const rewrite = compileRewrites(node.outputRewrites, conditions);
  return (run, { data, errors }) => {
    for (const error of errors ?? []) run.errors.push(subgraphError(error, serviceName, error.path));
    if (!data) return;
    rewrite?.(data);
    merge(run.data, data);
  };
}

function rootFetch(
  node: FetchNode,
  path: ResponsePath,
  { conditions, templates }: FetchCompilation,
): CompiledPlanNode {
  const at = parsePath(path);
  const { serviceName, variableUsages = [] } = node;
  const rewrite = compileRewrites(node.outputRewrites, conditions);
  const template = templates.of(node.operation);
  return (run, done) => {
    const targets = entitiesAt(run.data, at);
    if (targets.length === 0) return done();
    const take = (result: SubgraphResult) => {
      const { data, errors } = validResult(result);
      for (const error of errors ?? [])
        run.errors.push(subgraphError(error, serviceName, error.path && [...path, ...error.path]));
      if (!data) return;
      rewrite?.(data);
      for (const target of targets) merge(target, data);
    };
    const { taken, failed } = ending(run, take, done);
    const execute = () =>
      sourceOf(run.sources, serviceName).execute(write(template, variableUsages, run), run.call);
    handleMaybePromise(execute, taken, failed);
  };
}

function entityFetch(
  node: FetchNode,
  at: PlanPath,
  { conditions, combined, representationWriters, templates, parallel = false }: FetchCompilation,
): CompiledPlanNode {
  const { serviceName } = node;
  const representationWriter = representationWriters.of(node);
  const rewrite = compileRewrites(node.outputRewrites, conditions);
  const operation = entityOperation(node, templates, representationWriter.shareable && !rewrite);
  return (run, done) => {
    const batch = new EntityBatch(run.data, at);
    const take = ({ entities, errors, problem }: EntityFetchResult) => {
      // Resolve the places before merging, while the entities are the requested ones.
      for (const error of errors) addEntityErrors(run, error, serviceName, batch);
      if (problem) throw problem;
      if (entities) batch.merge(entities, rewrite);
    };
    const { taken, failed } = ending(run, take, done);
    try {
      batch.fill(representationWriter);
    } catch (error) {
      return failed(error);
    }
    const { representations } = batch;
    if (representations.length === 0) return done();
    EntityRequests.of(run, combined).fetch({
      operation,
      representations,
      parallel,
      onResult: taken,
      onError: failed,
    });
  };
}

/**
 * An error of one representation applies to all its places in the response, up to the maximum number of errors.
 */
function addEntityErrors(
  run: PlanExecution,
  { error, index, rest }: EntityError,
  serviceName: string,
  batch: EntityBatch,
): void {
  const max = Math.max(0, MAX_ERRORS + 1 - run.errors.length);
  const places = index === undefined || max === 0 ? [] : batch.places(index, max);
  if (places.length === 0) run.errors.push(subgraphError(error, serviceName, undefined));
  for (const place of places) run.errors.push(subgraphError(error, serviceName, [...place, ...rest]));
}

function write(
  template: RequestTemplate,
  variableUsages: readonly string[],
  { variables }: PlanExecution,
): SerializedRequest {
  const picked = pickVariables(variableUsages, variables);
  return template.write(
    () => JSON.stringify(picked),
    () => toWire(picked) as JSONObject,
  );
}

function subgraphError(
  { message, extensions }: GraphQLFormattedError,
  serviceName: string,
  path: GraphQLFormattedError['path'],
): GraphQLError {
  return new GraphQLError(message || `The subgraph ${serviceName} returned an error.`, {
    path,
    extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', ...extensions, serviceName },
  });
}
