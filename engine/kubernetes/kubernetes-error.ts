import { type Problem, ProblemError } from '../../kernel/result.js';

/** What a Status says besides its reason and message. */
interface StatusMore {
  /** When a continue token has expired: a token for the rest of the list, which is then read from the present state. */
  readonly rest?: string | undefined;
  readonly causes?: readonly StatusCause[] | undefined;
}

/** One of the causes of an error, e.g. a field that another field manager owns. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** An error response of an API server: a Kubernetes `Status`. */
export class KubernetesStatusError extends Error {
  constructor(
    /** HTTP status, 300 to 599. */
    readonly status: number,
    /** `reason` of the Status, e.g. `NotFound`, `Conflict`, `Expired`; empty when there was none. */
    readonly reason: string,
    message: string,
    readonly more: StatusMore = {},
  ) {
    super(message);
    this.name = 'KubernetesStatusError';
  }
}

/** The API server is unreachable: no connection, no response in time, or an invalid response. */
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

/** The API server throttles requests. `retryAfter` is in seconds. */
export class KubernetesThrottled extends KubernetesUnavailable {
  constructor(clusterId: string, cause: unknown, retryAfter: number) {
    const message =
      `The Kubernetes API of cluster ${clusterId} is throttled: too much has been read at once. ` +
      `Try again in ${retryAfter} s, and read in pages.`;
    super(clusterId, cause, { code: 'THROTTLED', message, details: { clusterId, retryAfter } });
    this.name = 'KubernetesThrottled';
  }
}

/** Whether the object does not exist or the API server does not serve its kind. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesStatusError && error.status === 404;
}

/** Whether the user for whom the request was made may not do this. */
export function isForbidden(error: unknown): boolean {
  return error instanceof KubernetesStatusError && error.status === 403;
}

/** The problem of a request that the API server rejected: FORBIDDEN if the user for whom it was made may not do this. */
export function rejectionProblem({ status, message }: KubernetesStatusError): Problem {
  return { code: status === 403 ? 'FORBIDDEN' : 'KUBERNETES_REJECTED', message, details: { status } };
}

/** Whether the object has changed since it was read, or exists already. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubernetesStatusError && error.status === 409;
}

/** The fields of an apply that other field managers own; undefined if the error is not about them. */
export function fieldConflictsOf(error: unknown): readonly StatusCause[] | undefined {
  if (!(error instanceof KubernetesStatusError) || error.status !== 409) return undefined;
  const { causes = [] } = error.more;
  return causes.length > 0 && causes.every(({ reason }) => reason === 'FieldManagerConflict')
    ? causes
    : undefined;
}

/** The continue token for the rest of a list whose token has expired, if the API server returned one. */
export function restOf(error: unknown): string | undefined {
  return error instanceof KubernetesStatusError && error.status === 410 ? error.more.rest : undefined;
}
