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

/** When a circuit opens, and when it is tried again. */
export interface CircuitOptions {
  /** Failures among the last twice as many calls that open it. Default 5. */
  readonly failures?: number | undefined;
  /** Milliseconds after which one call is let through to try; doubles while it fails, up to 15 seconds. Default 1,000. */
  readonly retryAfter?: number | undefined;
}

/** The call was not made. */
export class CircuitOpenError extends Error {}

const LONGEST = 15_000;

/** Whoever waits has left: says nothing about the one who was asked. */
class CallerAborted {
  constructor(readonly reason: unknown) {}
}

/**
 * Stops calling what fails: after some failures calls fail at once, and only now and then one is let through to try
 * whether it works again.
 */
export class CircuitBreaker {
  private readonly policy;

  constructor({ failures = 5, retryAfter = 1000 }: CircuitOptions = {}) {
    // Somebody leaving is no failure; but the one call that was to try has then shown nothing.
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

  /** Told of every change of phase. */
  onChange(changed: (phase: BreakerState) => void): void {
    this.policy.onStateChange(() => changed(this.state));
  }

  /** Calls, and counts how it ends. Throws CircuitOpenError instead while the circuit is open, or another call tries it. */
  async call<T>(waiting: AbortSignalLike, ask: () => MaybePromise<T>): Promise<T> {
    if (this.state === 'half-open') throw new CircuitOpenError();
    try {
      return await this.policy.execute(async () => {
        try {
          return await ask();
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
