import type { ExecutionResult, GraphQLError } from 'graphql';
import { accountPace } from '../../kernel/fairness/account-pace.js';
import type { Actor } from '../../kernel/actor.js';
import { boundError } from '../../protocol/error-bounds.js';
import { type MaybePromise, mapMaybePromise } from '../../kernel/maybe-promise.js';
import { WorkBudget } from '../../kernel/fairness/work-turns.js';
import { type CostNode, actualCost, actualCostInTurns, estimatedCost } from './cost/cost.js';
import type { CostTree } from './cost/cost-tree.js';
import type { RateLimiter, RateState } from './rate/rate-limiter.js';
import { codeOf } from '../errors/error-code.js';
import { isWritten } from '../execution/written-data.js';
import type { Limits } from './limits/limits.js';
import { coded } from '../errors/coded-error.js';
import { limitError } from './limits/rule.js';
import { withoutSuggestion } from './limits/suggestions.js';
import type { GatewayMetrics, RequestSample } from '../metrics/gateway-metrics.js';
import type { OperationCosts } from './cost/operation-costs.js';
import { prepareInTurn } from './prepare-in-turn.js';
import type { GraphRequest, PreparedRequest, RejectedRequest, RequestPreparer } from './request-preparer.js';

/** The parts of the active supergraph that admission uses. */
interface AdmissionSupergraph {
  readonly preparer: RequestPreparer;
  readonly costs: OperationCosts;
}

export interface AdmissionOptions {
  readonly supergraph: AdmissionSupergraph;
  /** Undefined without a rate limit. */
  readonly rate: RateLimiter | undefined;
  readonly limits: Limits;
  readonly metrics: GatewayMetrics;
}

/** An admitted request and the points charged for it. */
export interface AdmittedRequest {
  readonly prepared: PreparedRequest;
  /** Estimated cost, charged to the account. */
  readonly requested: number;
  /** Minimum cost; more than 0 when the document was new. */
  readonly minimum: number;
  readonly account: string;
  readonly tree: CostNode;
  /** `performance.now()` timestamp. */
  readonly startedAt: number;
}

/** The errors and HTTP status of a rejected request. */
export interface AdmissionRejection {
  readonly errors: readonly GraphQLError[];
  readonly status: number;
}

/** A request during admission. */
type AdmissionStart = Pick<AdmittedRequest, 'startedAt' | 'minimum'>;

/** Objects of a response whose cost is counted in one turn of the event loop. */
const OBJECTS_PER_TURN = 10_000;

/** The account name under which unauthenticated clients wait for turns; no account has this name. */
export const UNAUTHENTICATED = '';

/** One point is ten microseconds of work. */
const POINTS_PER_MILLISECOND = 100;

/** Maximum expected cost of a running request, in points: estimates assume the largest response. */
const EXPECTED = 1_000;

/** Expected work of a request in milliseconds. */
function expectedTime({ requested }: AdmittedRequest): number {
  return Math.min(requested, EXPECTED) / POINTS_PER_MILLISECOND;
}

/** Admits or rejects requests of every transport and records their actual cost. */
export class Admission {
  constructor(private readonly options: AdmissionOptions) {}

  /** Validates and plans a request, then charges its estimated cost. */
  admit(request: GraphRequest, actor: Actor): MaybePromise<AdmittedRequest | AdmissionRejection> {
    const startedAt = performance.now();
    const { rate, supergraph } = this.options;
    const cached = supergraph.preparer.prepareCached(request, actor);
    if (cached) return this.charge(cached, actor, { startedAt, minimum: 0 });
    if (!rate) return this.plan(request, actor, { startedAt, minimum: 0 });
    const { account } = actor;
    const minimum = this.newDocument(request.query);
    return mapMaybePromise(rate.spend(account, minimum), (spent) =>
      spent
        ? this.plan(request, actor, { startedAt, minimum })
        : this.reject([newDocumentError(rate, account, minimum)], 429, { startedAt, minimum: 0 }),
    );
  }

  /**
   * Minimum cost of a request with a new document. It is charged before parsing, whatever the result: an
   * exhausted account cannot make the gateway parse or plan.
   */
  private newDocument(text: string): number {
    const { points, bytesPerPoint } = this.options.limits.newDocument;
    return Math.ceil(points + text.length / bytesPerPoint);
  }

  /**
   * Charges the cost of a large body by its length, before it is parsed. Throws RATE_LIMITED when the account
   * has too few points.
   */
  chargeBody(account: string, characters: number): MaybePromise<void> {
    const { rate, limits } = this.options;
    if (!rate) return undefined;
    const requested = Math.ceil(characters / limits.bodyPerPoint);
    return mapMaybePromise(rate.spend(account, requested), (spent) => {
      if (spent) return;
      throw rateError(rate, account, {
        reason: `A body or message of this size costs ${requested} points`,
        requested,
      });
    });
  }

  private async plan(
    request: GraphRequest,
    actor: Actor,
    start: AdmissionStart,
  ): Promise<AdmittedRequest | AdmissionRejection> {
    const prepared = await prepareInTurn(this.options.supergraph.preparer, request, actor);
    return this.charge(prepared, actor, start);
  }

  /** Charges the estimated cost of a prepared request. */
  private charge(
    prepared: PreparedRequest | RejectedRequest,
    { account }: Actor,
    start: AdmissionStart,
  ): MaybePromise<AdmittedRequest | AdmissionRejection> {
    const { minimum } = start;
    if ('errors' in prepared) {
      const errors = prepared.errors.map((error) => boundError(withoutSuggestion(error)));
      return this.reject(errors, prepared.status, start);
    }
    const { operation, request } = prepared;
    const { tree, cached } = this.options.supergraph.costs.tree(operation.document, operation.name);
    this.options.metrics.plan(cached);
    const { operationPoints, cost: limit } = this.options.limits;
    const estimated = operationPoints + (tree.fixed ?? estimatedCost(tree.root, request.variables ?? {}));
    const requested = Math.max(minimum, Math.ceil(estimated));
    if (tree.missingSlicingArgument && Number.isFinite(limit))
      return this.reject([slicingError(tree.missingSlicingArgument)], 400, start);
    if (estimated > limit) return this.reject([this.tooCostly(Math.ceil(estimated))], 400, start);
    const { rate } = this.options;
    const admitted = { ...start, prepared, requested, account, tree: tree.root };
    if (!rate) return this.admitted(admitted);
    return mapMaybePromise(rate.spend(account, requested, minimum), (spent) =>
      spent ? this.admitted(admitted) : this.reject([costError(rate, account, requested)], 429, start),
    );
  }

  private admitted(admitted: AdmittedRequest): AdmittedRequest {
    accountPace.charge(admitted.account, expectedTime(admitted));
    return admitted;
  }

  /**
   * Adds the cost to the result and corrects the charge. A result without data costs the estimate: a request
   * that timed out also used resources.
   */
  settle(admitted: AdmittedRequest, result: ExecutionResult): MaybePromise<ExecutionResult> {
    const { operationPoints } = this.options.limits;
    return mapMaybePromise(costOf(admitted, result, operationPoints), (actual) =>
      this.correct(admitted, result, actual),
    );
  }

  private correct(admitted: AdmittedRequest, result: ExecutionResult, actual: number): ExecutionResult {
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

  /** Records the start of a subscription. */
  started(admitted: AdmittedRequest): void {
    this.sample(admitted, undefined, admitted.requested);
  }

  /** Rate limit state of the account; undefined without a rate limit. */
  rate(account: string): RateState | undefined {
    return this.options.rate?.state(account);
  }

  private reject(
    errors: readonly GraphQLError[],
    status: number,
    { startedAt, minimum }: AdmissionStart,
  ): AdmissionRejection {
    this.options.metrics.request({
      operation: 'none',
      code: codeOf(errors[0]),
      seconds: (performance.now() - startedAt) / 1000,
      cost: minimum,
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
    this.options.metrics.request(sample);
  }

  private tooCostly(requested: number): GraphQLError {
    const { cost } = this.options.limits;
    return limitError(
      `An operation may cost ${cost} points, this one may cost ${requested}. Request smaller pages.`,
      'cost',
      cost,
    );
  }
}

/** Cost of a result: its fields plus `operationPoints`. */
function costOf(
  { requested, minimum, account, tree, prepared }: AdmittedRequest,
  { data }: ExecutionResult,
  operationPoints: number,
): MaybePromise<number> {
  if (!data) return requested;
  const variables = prepared.request.variables ?? {};
  const cost = isWritten(data)
    ? actualCostInTurns(tree, data, variables, new WorkBudget(account, OBJECTS_PER_TURN))
    : actualCost(tree, data, variables);
  return mapMaybePromise(cost, (points) => Math.max(minimum, Math.ceil(operationPoints + points)));
}

function slicingError({
  field,
  arguments: slices,
}: NonNullable<CostTree['missingSlicingArgument']>): GraphQLError {
  return coded('INVALID_INPUT', `Give ${field} exactly one of ${slices.join(', ')}.`, {});
}

/** The error for a new document of an exhausted account. */
function newDocumentError(rate: RateLimiter, account: string, requested: number): GraphQLError {
  const reason = `A request with a new document costs at least ${requested} points`;
  return rateError(rate, account, { reason, requested });
}

function costError(rate: RateLimiter, account: string, requested: number): GraphQLError {
  return rateError(rate, account, { reason: `The request may cost ${requested} points`, requested });
}

function rateError(
  rate: RateLimiter,
  account: string,
  { reason, requested }: { readonly reason: string; readonly requested: number },
): GraphQLError {
  const state = rate.state(account);
  const retryAfter = rate.wait(account, requested);
  return coded(
    'RATE_LIMITED',
    `${reason}, the account has ${state.remaining} left. Try again in ${retryAfter} seconds.`,
    { retryAfter, cost: { requestedQueryCost: requested, throttleStatus: throttleStatus(state) } },
  );
}

function throttleStatus({ points, window, remaining, reset }: RateState) {
  return { maximumAvailable: points, currentlyAvailable: remaining, window, resetIn: reset };
}
