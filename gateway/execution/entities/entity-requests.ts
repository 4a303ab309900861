import { isRecord } from '../../../kernel/is-record.js';
import type { GraphQLFormattedError } from 'graphql';
import { type SubgraphResult, toWire } from '../../../protocol/wire.js';
import { handleMaybePromise } from '../../../kernel/maybe-promise.js';
import type { CallContext } from '../../upstream/call/call-context.js';
import { type SubgraphSource, validResult, sourceOf } from '../../upstream/call/subgraph-source.js';
import type { JSONObject } from '../data/json-object.js';
import { pickVariables } from '../data/variables.js';
import type { RequestTemplate, SerializedRequest } from '../../upstream/call/serialized-request.js';
import { type CombinedOperations, entitiesName } from './combine-operations.js';
import type { Representation } from './entity-batch.js';
import type { EntityOperation } from './entity-operation.js';

/** Result of one entity fetch. */
export interface EntityFetchResult {
  readonly errors: readonly EntityError[];
  /** The error of an invalid response. */
  readonly problem: Error | undefined;
  /** One per representation; undefined when the response has none. */
  readonly entities: readonly unknown[] | undefined;
}

/** An error with the index of its representation and the path below it. */
export interface EntityError {
  readonly error: GraphQLFormattedError;
  readonly index: number | undefined;
  readonly rest: readonly (string | number)[];
}

/** One entity fetch. */
export interface EntityFetch {
  readonly operation: EntityOperation;
  readonly representations: readonly Representation[];
  /** Whether other fetches may run concurrently. */
  readonly parallel: boolean;
  readonly onResult: (result: EntityFetchResult) => void;
  /** Called when the request fails. */
  readonly onError: (reason: unknown) => void;
}

/** Fetches of the same operation that share representations. */
interface Group {
  readonly operation: EntityOperation;
  readonly representations: Representation[];
  /** Each with the indexes of its representations in the group; undefined when they are identical. */
  readonly fetches: { readonly fetch: EntityFetch; readonly indexes?: readonly number[] }[];
}

const ENTITIES = '_entities';
const REPRESENTATIONS = 'representations';

/** Maximum number of operations combined into one request. */
const TOGETHER = 8;

/** The part of a plan execution that entity fetches use. */
export interface EntityFetchRun {
  readonly sources: ReadonlyMap<string, SubgraphSource>;
  readonly call: CallContext;
  /** The variables of the client. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Created on the first entity fetch. */
  entities?: EntityRequests;
}

/** Batches the entity fetches of one execution: concurrent fetches from one subgraph share a request. */
export class EntityRequests {
  private waiting: EntityFetch[] = [];
  /** Number of active `together` calls. */
  private active = 0;

  private constructor(
    private readonly run: EntityFetchRun,
    private readonly combined: CombinedOperations,
  ) {}

  /** The instance of an execution. */
  static of(run: EntityFetchRun, combined: CombinedOperations): EntityRequests {
    run.entities ??= new EntityRequests(run, combined);
    return run.entities;
  }

  /** Adds an entity fetch; synchronous results are delivered before it returns. */
  fetch(fetch: EntityFetch): void {
    const first = this.waiting.push(fetch) === 1;
    if (this.active > 0) return;
    if (!fetch.parallel) this.flush();
    // Concurrent fetches have all been added before the microtask runs.
    else if (first) void Promise.resolve().then(() => this.flush());
  }

  /** Batches all fetches added during `begin`, including those that its synchronous results trigger. */
  together(begin: () => void): void {
    this.active += 1;
    begin();
    while (this.active === 1 && this.waiting.length > 0) this.flush();
    this.active -= 1;
  }

  private flush(): void {
    const { waiting } = this;
    this.waiting = [];
    const [first] = waiting;
    if (first && waiting.length === 1) return this.send([alone(first)]);
    const byService = Map.groupBy(waiting, ({ operation }) => operation.serviceName);
    for (const fetches of byService.values()) {
      const groups = grouped(fetches);
      for (let i = 0; i < groups.length; i += TOGETHER) this.combine(groups.slice(i, i + TOGETHER));
    }
  }

  private combine(groups: readonly Group[]): void {
    const template =
      groups.length === 1 ? undefined : this.combined.combine(groups.map(({ operation }) => operation));
    if (!template) for (const group of groups) this.send([group]);
    else this.send(groups, template);
  }

  /** Sends groups, several of them in a combined operation. */
  private send(groups: readonly Group[], combined?: RequestTemplate): void {
    const [first] = groups;
    if (!first) return;
    const failed = (error: unknown) => {
      for (const { fetches } of groups) for (const { fetch } of fetches) fetch.onError(error);
    };
    const onResponse = (result: SubgraphResult) => {
      const valid = validResult(result);
      handleMaybePromise(
        () =>
          groups.map((group, index) =>
            splitResponse(group, valid, combined ? entitiesName(index) : ENTITIES),
          ),
        (results) => this.together(() => deliver(groups, results)),
        failed,
      );
    };
    handleMaybePromise(
      () => {
        const { serviceName, template } = first.operation;
        const request = combined
          ? this.write(combined, groups, entitiesName)
          : this.write(template, groups, () => REPRESENTATIONS);
        return sourceOf(this.run.sources, serviceName).execute(request, this.run.call);
      },
      onResponse,
      failed,
    );
  }

  /** Creates the request: its variables are the serialized representations and client variables. */
  private write(
    template: RequestTemplate,
    groups: readonly Group[],
    name: (index: number) => string,
  ): SerializedRequest {
    const names = groups.flatMap(({ operation }) => operation.variables);
    const picked = names.length === 0 ? undefined : pickVariables(names, this.run.variables);
    const write = () => {
      const clientVariables = picked && JSON.stringify(picked).slice(1, -1);
      let text = clientVariables ? `{${clientVariables}` : '{';
      for (const [index, { representations }] of groups.entries()) {
        text += `${text === '{' ? '' : ','}"${name(index)}":[`;
        let comma = '';
        for (const representation of representations) {
          text += comma + representation.text;
          comma = ',';
        }
        text += ']';
      }
      return `${text}}`;
    };
    return template.write(write, () => {
      const variables: JSONObject = { ...(picked && (toWire(picked) as JSONObject)) };
      for (const [index, { representations }] of groups.entries())
        variables[name(index)] = representations.map((representation) => representation.build());
      return variables;
    });
  }
}

function alone(fetch: EntityFetch): Group {
  return { operation: fetch.operation, representations: [...fetch.representations], fetches: [{ fetch }] };
}

function grouped(fetches: readonly EntityFetch[]): Group[] {
  if (fetches.length === 1) return fetches.map(alone);
  const byQuery = new Map<string, { group: Group; indexes?: Map<string, number> }>();
  const groups: Group[] = [];
  for (const fetch of fetches) {
    const { operation, representations } = fetch;
    const shared = operation.shareable ? byQuery.get(operation.template.query) : undefined;
    if (!shared) {
      const group = alone(fetch);
      groups.push(group);
      if (operation.shareable) byQuery.set(operation.template.query, { group });
      continue;
    }
    const { group } = shared;
    const byText = (shared.indexes ??= new Map(
      group.representations.map(({ text }, index) => [text, index]),
    ));
    const indexes = representations.map((representation) => {
      const index = byText.get(representation.text) ?? group.representations.push(representation) - 1;
      byText.set(representation.text, index);
      return index;
    });
    group.fetches.push({ fetch, indexes });
  }
  return groups;
}

function deliver(groups: readonly Group[], results: readonly (readonly EntityFetchResult[])[]): void {
  for (const [index, { fetches }] of groups.entries()) {
    for (const [position, result] of results[index]?.entries() ?? [])
      fetches[position]?.fetch.onResult(result);
  }
}

/** Splits the response by fetch; each gets its own copy. */
function splitResponse(
  { fetches, representations }: Group,
  { data, errors }: SubgraphResult,
  name: string,
): EntityFetchResult[] {
  const ownErrors = (errors ?? []).filter(({ path }) => path === undefined || path[0] === name);
  const problem = data ? problemOf(data[name], representations.length) : undefined;
  const received = data && !problem ? (data[name] as readonly unknown[]) : undefined;
  return fetches.map(({ fetch, indexes }, position) => {
    const entities = indexes && received ? indexes.map((index) => received[index]) : received;
    return {
      errors: ownErrors.flatMap((error) => resultFor(error, fetch.representations.length, indexes)),
      problem,
      entities: position === 0 ? entities : entities?.map(copied),
    };
  });
}

/** Delivers an error of a representation only to fetches that requested it. */
function resultFor(
  error: GraphQLFormattedError,
  count: number,
  indexes: readonly number[] | undefined,
): EntityError[] {
  const [, at, ...rest] = error.path ?? [];
  if (typeof at !== 'number') return [{ error, index: undefined, rest: [] }];
  const index = indexes ? indexes.indexOf(at) : at;
  return index < 0 || index >= count ? [] : [{ error, index, rest }];
}

function problemOf(received: unknown, expected: number): Error | undefined {
  if (!Array.isArray(received)) return new Error('a subgraph returned no list of entities');
  if (received.length === expected) return undefined;
  return new Error(`a subgraph returned ${received.length} of ${expected} entities`);
}

function copied(entity: unknown): unknown {
  return isRecord(entity) ? (toWire(entity) as JSONObject) : entity;
}
