import { type Problem, ProblemError } from '../../kernel/result.js';

/** The answer of an API server that is not a success: a Kubernetes `Status`. */
export class KubernetesStatusError extends Error {
  constructor(
    /** HTTP status, 300 to 599. */
    readonly status: number,
    /** `reason` of the Status, e.g. `NotFound`, `Conflict`, `Expired`; empty when there was none. */
    readonly reason: string,
    message: string,
    /** Of a list that has expired: the token with which the rest of it can be read as it is now. */
    readonly rest?: string | undefined,
  ) {
    super(message);
    this.name = 'KubernetesStatusError';
  }
}

/** The API server could not be asked: no connection, no answer in time, or an answer that is none. */
export class KubernetesUnavailable extends ProblemError {
  constructor(
    clusterId: string,
    override readonly cause: unknown,
    problem?: Problem,
  ) {
    const message = `The Kubernetes API of cluster ${clusterId} cannot be reached now. Try again.`;
    super([problem ?? { code: 'KUBERNETES_UNAVAILABLE', message, details: { clusterId } }]);
    this.name = 'KubernetesUnavailable';
  }
}

/** The API server takes no more for now: too much has been read of it. `retryAfter` is in seconds. */
export class KubernetesThrottled extends KubernetesUnavailable {
  constructor(clusterId: string, cause: unknown, retryAfter: number) {
    const message =
      `The Kubernetes API of cluster ${clusterId} is throttled: too much has been read at once. ` +
      `Try again in ${retryAfter} s, and read in pages.`;
    super(clusterId, cause, { code: 'THROTTLED', message, details: { clusterId, retryAfter } });
    this.name = 'KubernetesThrottled';
  }
}

/** Whether the API server said that there is no such object, or that it does not serve such objects. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesStatusError && error.status === 404;
}

/** Whether the API server said that the object has changed since it was read, or that there is one already. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubernetesStatusError && error.status === 409;
}

/** The token for the rest of a list whose token has expired, if the API server gave one. */
export function restOf(error: unknown): string | undefined {
  return error instanceof KubernetesStatusError && error.status === 410 ? error.rest : undefined;
}
