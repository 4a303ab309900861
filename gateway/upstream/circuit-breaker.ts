import {
  BrokenCircuitError,
  CircuitState,
  CountBreaker,
  ExponentialBackoff,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { BreakerState } from '../metrics/gateway-metrics.js';
import type { AbortSignalLike } from './call/light-abort-controller.js';

/** Thresholds of the circuit breaker. */
export interface CircuitOptions {
  /** Number of failures within the last 2 × `failures` calls that opens the circuit. Default 5. */
  readonly failures?: number | undefined;
  /**
   * Milliseconds until the circuit becomes half-open; doubles on each failed probe, up to 15 seconds. Default
   * 1,000.
   */
  readonly retryAfter?: number | undefined;
}

/** The call was rejected without being made. */
export class CircuitOpenError extends Error {}

const LONGEST = 15_000;

/** The caller aborted; this is not a failure of the subgraph. */
class CallerAborted {
  constructor(readonly reason: unknown) {}
}

/** Circuit breaker: after some failures calls fail immediately, except for a probe call from time to time. */
export class CircuitBreaker {
  private readonly policy;

  constructor({ failures = 5, retryAfter = 1000 }: CircuitOptions = {}) {
    // An aborted call is not a failure, except for the probe call, which then gives no evidence of recovery.
    const failed = handleWhen((error) => !(error instanceof CallerAborted) || this.state === 'half-open');
    this.policy = circuitBreaker(failed, {
      breaker: new CountBreaker({ threshold: 0.49, size: failures * 2, minimumNumberOfCalls: failures }),
      halfOpenAfter: new ExponentialBackoff({
        initialDelay: retryAfter,
        maxDelay: Math.max(LONGEST, retryAfter),
      }),
    });
  }

  get state(): BreakerState {
    switch (this.policy.state) {
      case CircuitState.Closed:
        return 'closed';
      case CircuitState.HalfOpen:
        return 'half-open';
      default:
        return 'open';
    }
  }

  /** Calls `changed` on every state change. */
  onChange(changed: (phase: BreakerState) => void): void {
    this.policy.onStateChange(() => changed(this.state));
  }

  /**
   * Makes a call and records its outcome. Throws CircuitOpenError while the circuit is open or another call is
   * the probe.
   */
  async call<T>(waiting: AbortSignalLike, send: () => MaybePromise<T>): Promise<T> {
    if (this.state === 'half-open') throw new CircuitOpenError();
    try {
      return await this.policy.execute(async () => {
        try {
          return await send();
        } catch (reason) {
          throw waiting.aborted ? new CallerAborted(reason) : reason;
        }
      });
    } catch (error) {
      if (error instanceof CallerAborted) throw error.reason;
      throw error instanceof BrokenCircuitError ? new CircuitOpenError() : error;
    }
  }
}
