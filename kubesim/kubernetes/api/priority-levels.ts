import { FairQueue, QueueFullError, type Release } from '../../../kernel/fairness/fair-queue.js';
import type { ClusterContext } from '../cluster/context.js';
import { flowSchemas, priorityLevels } from '../kinds/flow-control.js';
import type { FlowSchema, PriorityLevelConfiguration } from '../kinds/flow-control-types.js';
import { ApiError } from '../kinds/status.js';
import { flag, type ApiCall } from './call.js';
import { type FlowRequest, flowRequest, selects } from './flow-match.js';

/** Requests that an API server runs at once, of all priorities, by its default flags. */
const SEATS = 600;
/** Seats from which a priority is never full: an account has fewer requests running in the process of its API servers. */
const ENOUGH = 32;
/** Requests that wait for a priority at most. */
const MOST_WAITING = 400;

interface Level {
  readonly uid: string;
  /** The requests of a priority with few seats. */
  readonly queue?: FairQueue;
}

interface Flow {
  readonly schema: FlowSchema;
  readonly level: Level | undefined;
}

const NOTHING: Release = () => undefined;

/** The priorities and flows of a cluster, in the order in which flows are tried. */
class Flows {
  private list: readonly Flow[] | undefined;
  private readonly levels = new Map<string, { readonly version: string; readonly level: Level }>();

  constructor(private readonly cluster: ClusterContext) {
    const changed = () => {
      this.list = undefined;
    };
    cluster.store.onChange(flowSchemas, changed);
    cluster.store.onChange(priorityLevels, changed);
  }

  of(request: FlowRequest): Flow | undefined {
    this.list ??= this.read();
    return this.list.find(({ schema }) => selects(schema, request));
  }

  private read(): Flow[] {
    const configurations = [...this.cluster.store.all(priorityLevels)];
    const shares = configurations.reduce((sum, { spec }) => sum + sharesOf(spec), 0);
    const byName = new Map(
      configurations.map((each) => [each.metadata.name, this.levelOf(each, seatsOf(each, shares))]),
    );
    for (const name of this.levels.keys()) if (!byName.has(name)) this.levels.delete(name);
    return [...this.cluster.store.all(flowSchemas)]
      .sort((a, b) => precedenceOf(a) - precedenceOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1))
      .map((schema) => ({ schema, level: byName.get(schema.spec.priorityLevelConfiguration?.name ?? '') }));
  }

  /** The priority with its running requests, which a change of others does not forget. */
  private levelOf({ metadata, spec }: PriorityLevelConfiguration, seats: number): Level {
    const version = `${metadata.uid} ${seats} ${JSON.stringify(spec)}`;
    const known = this.levels.get(metadata.name);
    if (known?.version === version) return known.level;
    const { queuing } = spec.limited?.limitResponse ?? {};
    const maxWaiting = Math.min((queuing?.queues ?? 0) * (queuing?.queueLengthLimit ?? 0), MOST_WAITING);
    const level =
      seats < ENOUGH
        ? { uid: metadata.uid, queue: new FairQueue({ perFlow: seats, total: seats, maxWaiting }) }
        : { uid: metadata.uid };
    this.levels.set(metadata.name, { version, level });
    return level;
  }
}

function precedenceOf({ spec }: FlowSchema): number {
  return spec.matchingPrecedence ?? 0;
}

function sharesOf({ limited, exempt }: PriorityLevelConfiguration['spec']): number {
  return (limited ?? exempt)?.nominalConcurrencyShares ?? 0;
}

/** A priority without seats serves one request at a time, as in Kubernetes. */
function seatsOf({ spec }: PriorityLevelConfiguration, shares: number): number {
  if (spec.type === 'Exempt') return Infinity;
  return Math.max(1, Math.ceil((SEATS * sharesOf(spec)) / Math.max(1, shares)));
}

const clusters = new WeakMap<ClusterContext, Flows>();

function flowsOf(cluster: ClusterContext): Flows {
  let flows = clusters.get(cluster);
  if (!flows) clusters.set(cluster, (flows = new Flows(cluster)));
  return flows;
}

/**
 * Takes a seat of the priority of the request, whose flow and priority the response names. undefined if the client
 * disconnects while it waits. Throws ApiError 429 if the priority is full.
 */
export async function enterPriority(call: ApiCall): Promise<Release | undefined> {
  const { cluster, response, user, abortSignal } = call;
  const flow = flowsOf(cluster).of(flowRequest(call, flag(call.query, 'watch')));
  if (!flow?.level) return NOTHING;
  const { schema, level } = flow;
  response.setHeader('x-kubernetes-pf-flowschema-uid', schema.metadata.uid);
  response.setHeader('x-kubernetes-pf-prioritylevel-uid', level.uid);
  try {
    return level.queue ? await level.queue.enter(user.username, abortSignal) : NOTHING;
  } catch (error) {
    throw error instanceof QueueFullError ? full() : error;
  }
}

function full(): ApiError {
  const message = 'Too many requests, please try again later.';
  return new ApiError(429, 'TooManyRequests', message, { retryAfterSeconds: 1 });
}
