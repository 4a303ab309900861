import type { ErrorCode } from './errors.js';

/** A client error: an entry of `userErrors`. */
export interface Problem {
  readonly code: ErrorCode;
  /** The problem and its remedy, in one or two sentences. */
  readonly message: string;
  /** Path in the input, e.g. `['input', 'nodePools', '0', 'instanceTypes']`. */
  readonly path?: readonly string[];
  /** Fields of the code, e.g. `{ quotaId, resource, limit, used, requested }` of QUOTA_EXCEEDED. */
  readonly details?: Readonly<Record<string, string | number | readonly string[] | null>>;
}

/** The value, or the problems that prevented it. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Carries problems out of a transaction, so that it rolls back. `toResult` turns it into data. */
export class ProblemError extends Error {
  constructor(
    readonly problems: readonly Problem[],
    options?: ErrorOptions,
  ) {
    super(problems.map((p) => `${p.code}: ${p.message}`).join('; '), options);
    this.name = 'ProblemError';
  }
}

/** Rejects a request: rolls back the surrounding transaction and becomes a user error. */
export function throwProblem(
  code: ErrorCode,
  message: string,
  more: Pick<Problem, 'path' | 'details'> = {},
): never {
  throw new ProblemError([{ code, message, ...more }]);
}

/** Collects the problems of independent steps. */
export class CollectedProblems {
  private readonly problems: Problem[] = [];

  /** Whether a step has thrown problems. */
  get hasProblems(): boolean {
    return this.problems.length > 0;
  }

  /** Returns the result of the step; undefined if it threw problems. */
  async collect<T>(step: () => Promise<T>): Promise<T | undefined> {
    const result = await toResult(step);
    if (result.ok) return result.value;
    this.problems.push(...result.problems);
    return undefined;
  }

  /** Throws all collected problems. */
  throwAll(): never {
    throw new ProblemError(this.problems);
  }
}

/** Runs `work` and turns a ProblemError into data; rethrows other errors. */
export async function toResult<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problems: error.problems };
    throw error;
  }
}
