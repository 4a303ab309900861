import type { Json } from './object.js';
import type { Cause, ResourceType } from './resource.js';

/** Details of a Status. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message: string;
    readonly field?: string;
  }[];
  readonly retryAfterSeconds?: number;
}

/** An error of the Kubernetes API: a `Status` object with its HTTP code. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: StatusDetails,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** The `Status` object. */
  body(): Json {
    const { code, reason, message, details } = this;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason: reason || undefined,
      details,
      code,
    };
  }
}

type Names = Pick<ResourceType, 'group' | 'plural' | 'id' | 'kind'>;

function detailsOf(type: Names, name: string): StatusDetails {
  return { name, group: type.group || undefined, kind: type.plural };
}

export function notFound(type: Names, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${type.id} "${name}" not found`, detailsOf(type, name));
}

/** The path does not exist. */
export function noSuchPath(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** An object of the name exists, perhaps one that is being deleted. */
export function alreadyExists(type: Names, name: string, isDeleting = false): ApiError {
  const message = `${isDeleting ? 'object is being deleted: ' : ''}${type.id} "${name}" already exists`;
  return new ApiError(409, 'AlreadyExists', message, detailsOf(type, name));
}

/** By default: the object has changed since the caller read it. */
export function conflict(
  type: Names,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): ApiError {
  const message = `Operation cannot be fulfilled on ${type.id} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, detailsOf(type, name));
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

/** A body without the name that its path has. */
export function missingName(inPath: string): ApiError {
  return badRequest(
    `the name of the object (${inPath} based on URL) was undeterminable: name must be provided`,
  );
}

/** A body with another name than its path. */
export function otherName(name: unknown, inPath: string): ApiError {
  return badRequest(
    `the name of the object (${String(name)}) does not match the name on the URL (${inPath})`,
  );
}

export function forbidden(message: string, details?: StatusDetails): ApiError {
  return new ApiError(403, 'Forbidden', message, details);
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

export function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** An error of the API server itself, or of a webhook. */
export function internalError(message: string): ApiError {
  const causes = [{ message }];
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes });
}

/** The object is invalid, with all causes. */
export function invalid(type: Names, name: string, causes: readonly Cause[]): ApiError {
  const texts = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new ApiError(
    422,
    'Invalid',
    `${type.kind}${type.group ? `.${type.group}` : ''} "${name}" is invalid: ${list}`,
    {
      name: name || undefined,
      group: type.group || undefined,
      kind: type.kind,
      causes: causes.map(({ reason, message, field }) => ({ reason, message, field })),
    },
  );
}

/** The revision of a read is one of the future. */
export function tooLargeVersion(revision: number, current: number): ApiError {
  const message = 'Too large resource version';
  return new ApiError(504, 'Timeout', `Timeout: ${message}: ${revision}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message }],
    retryAfterSeconds: 1,
  });
}

/** The client has to retry after the seconds. */
export function tooManyRequests(retryAfterSeconds: number): ApiError {
  const message = 'the server has received too many requests and has asked us to try again later';
  return new ApiError(429, 'TooManyRequests', message, { retryAfterSeconds });
}

/** A disruption budget does not allow the eviction now. */
export function tooManyDisruptions(
  budget: string,
  { desiredHealthy, currentHealthy }: { readonly desiredHealthy: number; readonly currentHealthy: number },
): ApiError {
  const cause =
    `The disruption budget ${budget} needs ${desiredHealthy} healthy pods ` +
    `and has ${currentHealthy} currently`;
  return new ApiError(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    { causes: [{ reason: 'DisruptionBudget', message: cause }] },
  );
}

/** The revision of a watch has expired. */
export function gone(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

/** The revision of a paged list has expired. */
export class ListExpiredError extends ApiError {
  /** `rest` is the continue token for the current state. */
  constructor(private readonly rest: string) {
    super(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list ' +
        'without the continue parameter, or use the continue token in this response to retrieve the remainder of the ' +
        'results. Continuing with the provided token results in an inconsistent list - objects that were created, ' +
        'modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    );
  }

  override body(): Json {
    return { ...super.body(), metadata: { continue: this.rest } };
  }
}
