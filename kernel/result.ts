import type { ErrorCode } from './errors.js';

/** Something a person caused: an entry of `userErrors`. */
export interface Problem {
  readonly code: ErrorCode;
  /** What is wrong and what to do, in one or two sentences. */
  readonly message: string;
  /** Where in the input, e.g. `['input', 'nodePools', '0', 'instanceTypes']`. */
  readonly path?: readonly string[];
  /** Facts of the code, e.g. `{ quotaId, resource, limit, used, requested }` of QUOTA_EXCEEDED. */
  readonly details?: Readonly<Record<string, string | number | null>>;
}

/** The one result form: what was asked for, or the problems that prevented it. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Carries problems out of a transaction, so that it rolls back. Turned into data by `settle`. */
export class ProblemError extends Error {
  constructor(
    readonly problems: readonly Problem[],
    options?: ErrorOptions,
  ) {
    super(problems.map((p) => `${p.code}: ${p.message}`).join('; '), options);
    this.name = 'ProblemError';
  }
}

/** Refuses a request: ends the surrounding transaction and becomes a user error. */
export function throwProblem(
  code: ErrorCode,
  message: string,
  more: Pick<Problem, 'path' | 'details'> = {},
): never {
  throw new ProblemError([{ code, message, ...more }]);
}

/** Gathers what several steps of one piece of work refuse, where none needs what another one did. */
export class CollectedProblems {
  private readonly problems: Problem[] = [];

  /** Whether a step has refused. */
  get hasProblems(): boolean {
    return this.problems.length > 0;
  }

  /** What the step answers; undefined when it refused. */
  async collect<T>(step: () => Promise<T>): Promise<T | undefined> {
    const result = await toResult(step);
    if (result.ok) return result.value;
    this.problems.push(...result.problems);
    return undefined;
  }

  /** Refuses with everything that was gathered. */
  throwAll(): never {
    throw new ProblemError(this.problems);
  }
}

/** Runs `work`; what it refuses becomes data, everything else stays thrown. */
export async function toResult<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problems: error.problems };
    throw error;
  }
}
