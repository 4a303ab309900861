import { OperationTypeNode } from 'graphql';
import type { Log } from '../../kernel/log.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { SubgraphRequest, SubgraphResult } from '../../protocol/wire.js';
import type { CallContext } from './call/call-context.js';
import { type AbortSignalLike, LightAbortController } from './call/light-abort-controller.js';
import { Deadline } from './call/deadline.js';
import {
  type ReplayOptions,
  type SubgraphResults,
  type SubgraphSource,
  serviceUnavailableError,
} from './call/subgraph-source.js';
import type { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { CircuitBreaker, CircuitOpenError, type CircuitOptions } from './circuit-breaker.js';

export interface CircuitBreakerSourceOptions {
  readonly source: SubgraphSource;
  /** Timeout of one fetch in milliseconds. */
  readonly timeout: number;
  /** Timeout of opening a stream in milliseconds. */
  readonly openingTimeout: number;
  readonly circuit?: CircuitOptions | undefined;
  readonly metrics: GatewayMetrics;
  readonly log: Log;
}

/**
 * Adds a timeout and a circuit breaker to a source. Fields of a failing subgraph are null without waiting for
 * it; the rest of the response is complete.
 */
export class CircuitBreakerSource implements SubgraphSource {
  private readonly circuit: CircuitBreaker;
  private readonly deadline: Deadline;
  private readonly opening: Deadline;

  constructor(private readonly options: CircuitBreakerSourceOptions) {
    const { metrics, log } = options;
    this.circuit = new CircuitBreaker(options.circuit);
    this.deadline = new Deadline(options.timeout, `The subgraph ${this.name}`);
    this.opening = new Deadline(options.openingTimeout, `Subscribing to the subgraph ${this.name}`);
    metrics.circuitState(this.name, 'closed');
    this.circuit.onChange((phase) => {
      metrics.circuitState(this.name, phase);
      log.warn({ subgraph: this.name, phase }, 'circuit breaker state changed');
    });
  }

  get name(): string {
    return this.options.source.name;
  }

  execute(request: SubgraphRequest, call: CallContext): Promise<SubgraphResult> {
    const { source } = this.options;
    return this.callThroughBreaker(call, () =>
      this.deadline.within(this.signalFor(call), (signal) => source.execute(request, { ...call, signal })),
    );
  }

  subscribe(request: SubgraphRequest, call: CallContext, history?: ReplayOptions): Promise<SubgraphResults> {
    const { source } = this.options;
    return this.callThroughBreaker(call, () =>
      this.opening.within(call.signal, (opening) => {
        // The timeout only covers opening: an open stream lasts until its client disconnects.
        const signal = new LightAbortController();
        signal.follow(opening);
        signal.follow(call.signal);
        return source.subscribe(request, { ...call, signal }, history);
      }),
    );
  }

  ping(signal: AbortSignal): Promise<void> {
    return this.options.source.ping(signal);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.options.source[Symbol.asyncDispose]();
  }

  /**
   * A half-open probe query continues when its client disconnects: otherwise impatient clients could keep the
   * circuit open for all.
   */
  private signalFor({ kind, signal }: CallContext): AbortSignalLike {
    const tries = this.circuit.state === 'half-open' && kind === OperationTypeNode.QUERY;
    return tries ? new LightAbortController() : signal;
  }

  private async callThroughBreaker<T>(call: CallContext, send: () => MaybePromise<T>): Promise<T> {
    try {
      return await this.circuit.call(call.signal, send);
    } catch (error) {
      if (!(error instanceof CircuitOpenError)) throw error;
      this.options.metrics.circuitRejected(this.name);
      throw serviceUnavailableError(this.name, error);
    }
  }
}
