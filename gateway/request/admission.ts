import type { ExecutionResult, GraphQLError } from 'graphql';
import { accountPace } from '../../kernel/fairness/account-pace.js';
import type { Actor } from '../../kernel/actor.js';
import { boundError } from '../../protocol/error-bounds.js';
import { type MaybePromise, mapMaybePromise } from '../../kernel/maybe-promise.js';
import { WorkBudget, turnOf } from '../../kernel/fairness/work-turns.js';
import { type CostNode, actualCost, actualCostInTurns, estimatedCost } from './cost/cost.js';
import type { CostTree } from './cost/cost-tree.js';
import type { OperationCosts } from './cost/operation-costs.js';
import type { RateLimiter, RateState } from './rate/rate-limiter.js';
import { codeOf } from '../errors/error-code.js';
import { isWritten } from '../execution/written-data.js';
import type { Limits } from './limits/limits.js';
import { coded } from '../errors/coded-error.js';
import { limitError } from './limits/rule.js';
import { withoutSuggestion } from './limits/suggestions.js';
import type { GatewayMetrics, RequestSample } from '../metrics/gateway-metrics.js';
import type { GraphRequest, RequestPreparer, PreparedRequest } from './request-preparer.js';

/** What follows from the supergraph that is served at the moment. */
export interface ActiveSupergraph {
  preparation: RequestPreparer;
  costs: OperationCosts;
}

/**
 * Waits until a request with a new document may be prepared. It is read and checked, and later its plan is compiled, each
 * in a turn of its account: of thousands of new documents that arrive together, or whose plans do, each turn of the event
 * loop prepares one. Rejects when there is no plan.
 */
export async function waitToPrepare(
  served: ActiveSupergraph,
  request: GraphRequest,
  actor: Actor,
): Promise<void> {
  await turnOf(actor.account);
  const planning = planAhead(served, request, actor);
  if (!planning) return;
  await planning;
  await turnOf(actor.account);
}

/**
 * Waits until preparing a request plans nothing here, when another thread plans: once more, when meanwhile another
 * supergraph has come or the document has been forgotten. Rejects when there is no plan.
 */
function planAhead(served: ActiveSupergraph, request: GraphRequest, actor: Actor): MaybePromise<void> {
  const planning = served.preparation.ahead(request, actor);
  return planning?.then(() => planAhead(served, request, actor));
}

export interface AdmissionOptions {
  readonly served: ActiveSupergraph;
  /** Undefined when rates are not limited. */
  readonly rate: RateLimiter | undefined;
  readonly limits: Limits;
  readonly meter: GatewayMetrics;
}

/** A request that may run now, and what was taken for it. */
export interface AdmittedRequest {
  readonly prepared: PreparedRequest;
  /** Estimated cost, taken from the account's points. */
  readonly requested: number;
  /** What it costs at the least; more than nothing when its document was new. */
  readonly least: number;
  readonly account: string;
  readonly tree: CostNode;
  /** By the clock of `performance`. */
  readonly startedAt: number;
}

/** Why a request does not run, and the HTTP status that says so. */
export interface AdmissionRejection {
  readonly errors: readonly GraphQLError[];
  readonly status: number;
}

/** A request that is being looked at. */
type AdmissionStart = Pick<AdmittedRequest, 'startedAt' | 'least'>;

/** Objects of an answer whose cost is counted in one turn of the event loop. */
const OBJECTS_PER_TURN = 10_000;

/**
 * Characters of a body, or of a message of a WebSocket, from which on it is charged for itself and parsed in a turn of the
 * event loop of its own: a millisecond of work.
 */
export const LARGE_BODY = 64 * 1024;

/** Takes turns in place of an account for clients that are not authenticated; no account has this name. */
export const UNAUTHENTICATED = '';

/** A point is ten microseconds of work. */
const POINTS_PER_MILLISECOND = 100;

/** Points that a request is expected to cost at the most, as long as it runs: estimates are of the largest answer. */
const EXPECTED = 1_000;

/** Milliseconds of work that a request is expected to be. */
function expectedTime({ requested }: AdmittedRequest): number {
  return Math.min(requested, EXPECTED) / POINTS_PER_MILLISECOND;
}

/** Decides, the same on every transport, whether a request runs; afterwards counts what it has cost. */
export class Admission {
  constructor(private readonly options: AdmissionOptions) {}

  /** Checks and plans a request, then takes its cost from the account's points. */
  admit(request: GraphRequest, actor: Actor): MaybePromise<AdmittedRequest | AdmissionRejection> {
    const startedAt = performance.now();
    const { rate, served } = this.options;
    if (served.preparation.isKnown(request, actor))
      return this.planned(request, actor, { startedAt, least: 0 });
    if (!rate) return this.plan(request, actor, { startedAt, least: 0 });
    const { account } = actor;
    const least = this.newDocument(request.query);
    return mapMaybePromise(rate.spend(account, least), (spent) =>
      spent
        ? this.plan(request, actor, { startedAt, least })
        : this.refuse([newDocumentError(rate, account, least)], 429, { startedAt, least: 0 }),
    );
  }

  /**
   * Points that a request with a new document costs at the least. They are taken before the document is parsed, whatever
   * becomes of it: an account that has none left makes the gateway plan nothing.
   */
  private newDocument(text: string): number {
    const { points, bytesPerPoint } = this.options.limits.newDocument;
    return Math.ceil(points + text.length / bytesPerPoint);
  }

  /**
   * Takes what reading a large body of so many characters costs, before it is parsed and whatever is in it. Throws
   * RATE_LIMITED when the account has not as much left.
   */
  chargeBody(account: string, characters: number): MaybePromise<void> {
    const { rate, limits } = this.options;
    if (!rate) return undefined;
    const requested = Math.ceil(characters / limits.bodyPerPoint);
    return mapMaybePromise(rate.spend(account, requested), (spent) => {
      if (spent) return;
      throw rateError(rate, account, {
        told: `A body or message of this size costs ${requested} points`,
        requested,
      });
    });
  }

  private async plan(
    request: GraphRequest,
    actor: Actor,
    begun: AdmissionStart,
  ): Promise<AdmittedRequest | AdmissionRejection> {
    await waitToPrepare(this.options.served, request, actor);
    return this.planned(request, actor, begun);
  }

  private planned(
    request: GraphRequest,
    actor: Actor,
    begun: AdmissionStart,
  ): MaybePromise<AdmittedRequest | AdmissionRejection> {
    const { account } = actor;
    const { least } = begun;
    const prepared = this.options.served.preparation.prepare(request, actor);
    if ('errors' in prepared) {
      const told = prepared.errors.map((error) => boundError(withoutSuggestion(error)));
      return this.refuse(told, prepared.status, begun);
    }
    const { document, name } = prepared.operation;
    const { tree, known } = this.options.served.costs.tree(document, name);
    this.options.meter.plan(known);
    const { operationPoints, cost: limit } = this.options.limits;
    const estimated = operationPoints + (tree.fixed ?? estimatedCost(tree.root, request.variables ?? {}));
    const requested = Math.max(least, Math.ceil(estimated));
    if (tree.missingSlicingArgument && Number.isFinite(limit))
      return this.refuse([slicingError(tree.missingSlicingArgument)], 400, begun);
    if (estimated > limit) return this.refuse([this.tooCostly(Math.ceil(estimated))], 400, begun);
    const { rate } = this.options;
    const admitted = { ...begun, prepared, requested, account, tree: tree.root };
    if (!rate) return this.admitted(admitted);
    return mapMaybePromise(rate.spend(account, requested, least), (spent) =>
      spent ? this.admitted(admitted) : this.refuse([costError(rate, account, requested)], 429, begun),
    );
  }

  private admitted(admitted: AdmittedRequest): AdmittedRequest {
    accountPace.charge(admitted.account, expectedTime(admitted));
    return admitted;
  }

  /**
   * Adds to a result what it has cost, and corrects what was taken. Without data it has cost what was estimated:
   * a request that ran out of time was work, too.
   */
  settle(admitted: AdmittedRequest, result: ExecutionResult): MaybePromise<ExecutionResult> {
    const { operationPoints } = this.options.limits;
    return mapMaybePromise(costOf(admitted, result, operationPoints), (actual) =>
      this.charge(admitted, result, actual),
    );
  }

  private charge(admitted: AdmittedRequest, result: ExecutionResult, actual: number): ExecutionResult {
    const { requested, account } = admitted;
    const { rate } = this.options;
    rate?.settle(account, requested, actual);
    accountPace.charge(account, actual / POINTS_PER_MILLISECOND - expectedTime(admitted));
    this.sample(admitted, result.errors?.[0], actual);
    const cost = {
      requestedQueryCost: requested,
      actualQueryCost: actual,
      ...(rate ? { throttleStatus: throttleStatus(rate.state(account)) } : {}),
    };
    return { ...result, extensions: { ...result.extensions, cost } };
  }

  /** Counts a subscription that has started. */
  started(admitted: AdmittedRequest): void {
    this.sample(admitted, undefined, admitted.requested);
  }

  /** What the account has left; undefined when rates are not limited. */
  rate(account: string): RateState | undefined {
    return this.options.rate?.state(account);
  }

  private refuse(
    errors: readonly GraphQLError[],
    status: number,
    { startedAt, least }: AdmissionStart,
  ): AdmissionRejection {
    this.options.meter.request({
      operation: 'none',
      code: codeOf(errors[0]),
      seconds: (performance.now() - startedAt) / 1000,
      cost: least,
    });
    return { errors, status };
  }

  private sample(
    { prepared, startedAt }: AdmittedRequest,
    error: GraphQLError | undefined,
    cost: number,
  ): void {
    const sample: RequestSample = {
      operation: prepared.operation.kind,
      code: codeOf(error),
      seconds: (performance.now() - startedAt) / 1000,
      cost,
    };
    this.options.meter.request(sample);
  }

  private tooCostly(requested: number): GraphQLError {
    const { cost } = this.options.limits;
    return limitError(
      `An operation may cost ${cost} points, this one may cost ${requested}. Ask for shorter pages.`,
      'cost',
      cost,
    );
  }
}

/** What a result has cost, `operationPoints` beside its fields. */
function costOf(
  { requested, least, account, tree, prepared }: AdmittedRequest,
  { data }: ExecutionResult,
  operationPoints: number,
): MaybePromise<number> {
  if (!data) return requested;
  const variables = prepared.request.variables ?? {};
  const cost = isWritten(data)
    ? actualCostInTurns(tree, data, variables, new WorkBudget(account, OBJECTS_PER_TURN))
    : actualCost(tree, data, variables);
  return mapMaybePromise(cost, (points) => Math.max(least, Math.ceil(operationPoints + points)));
}

function slicingError({
  field,
  arguments: slices,
}: NonNullable<CostTree['missingSlicingArgument']>): GraphQLError {
  return coded('INVALID_INPUT', `Give ${field} exactly one of ${slices.join(', ')}.`, {});
}

/** Refuses what would be read first of an account that has nothing left. */
function newDocumentError(rate: RateLimiter, account: string, requested: number): GraphQLError {
  const told = `A request with this document, which is new, costs ${requested} points at the least`;
  return rateError(rate, account, { told, requested });
}

function costError(rate: RateLimiter, account: string, requested: number): GraphQLError {
  return rateError(rate, account, { told: `The request may cost ${requested} points`, requested });
}

function rateError(
  rate: RateLimiter,
  account: string,
  { told, requested }: { readonly told: string; readonly requested: number },
): GraphQLError {
  const state = rate.state(account);
  const retryAfter = rate.wait(account, requested);
  return coded(
    'RATE_LIMITED',
    `${told}, the account has ${state.remaining} left. Try again in ${retryAfter} seconds.`,
    { retryAfter, cost: { requestedQueryCost: requested, throttleStatus: throttleStatus(state) } },
  );
}

function throttleStatus({ points, window, remaining, reset }: RateState) {
  return { maximumAvailable: points, currentlyAvailable: remaining, window, resetIn: reset };
}
