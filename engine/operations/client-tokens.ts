import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import { z } from 'zod';
import { checkedColumns } from '../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../kernel/postgres/database.js';
import { type Problem, throwProblem, ProblemError } from '../../kernel/result.js';
import type { Prisma } from '../../prisma/generated/client.js';

const MAX_LENGTH = 128;

/** Schemas of stored results: an id; or no field, for a caller that can read its result by the input. */
export const idResult = z.looseObject({ id: z.string() });
export const noResult = z.looseObject({});

/** A use of a client token. */
export interface TokenUse {
  readonly account: string;
  /** The mutation's name; tokens are separate for each mutation. */
  readonly mutation: string;
  /** Without a token every request runs. */
  readonly token?: string | null | undefined;
  /** The mutation's input; its `clientToken` is ignored. */
  readonly input: unknown;
  readonly at: Date;
}

export interface IdempotentRequest extends TokenUse {
  /** Form of the result as it is stored: another release may have stored it. */
  readonly result: z.ZodType;
}

/**
 * Runs the work once for each token: a repeated request gets the first result (plain JSON: ids). A concurrent request with
 * the same token waits for the transaction of the first one. The result of a rejected request is not stored. Throws
 * `INVALID_INPUT` for a token that is empty or too long, and `CLIENT_TOKEN_REUSED` for a token that was used with
 * different input.
 */
export async function idempotent<A>(
  tx: Transaction,
  request: IdempotentRequest,
  work: () => Promise<A>,
): Promise<A> {
  const { account, mutation, token, at } = request;
  if (token == null) return work();
  const problems = validateClientToken(token);
  if (problems.length > 0) throw new ProblemError(problems);
  // Serializes requests with the same token; PostgreSQL releases the advisory lock at the end of the transaction.
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended(${JSON.stringify(['client-token', account, mutation, token])}, 0))`;
  const inputHash = hashInput(request.input);
  const stored = await storedResult(tx, request, token);
  if (stored) {
    const check = checkedColumns('engine.client_token', 'token', { response: request.result });
    return check(stored).response as A;
  }
  const result = await work();
  await tx.clientToken.create({
    data: { account, mutation, token, inputHash, response: result as Prisma.InputJsonValue, createdAt: at },
  });
  return result;
}

/**
 * As `idempotent`, for work that has its own transactions or runs outside the database. With a token, the work runs inside
 * the transaction that records the token, so that a crash discards the token. A dry run relies on the work to write nothing.
 */
export async function idempotentTransaction<A>(
  database: Database,
  { dryRun, ...request }: IdempotentRequest & { readonly dryRun?: boolean | null | undefined },
  work: () => Promise<A>,
): Promise<A> {
  if (dryRun) await checkClientToken(database, request);
  if (dryRun || request.token == null) return work();
  return database.$transaction((tx) => idempotent(tx, request, work));
}

/** Problems of the token's format. */
export function validateClientToken(token: string | null | undefined): Problem[] {
  if (token == null || (token.length >= 1 && token.length <= MAX_LENGTH)) return [];
  const message = `clientToken has 1 to ${MAX_LENGTH} characters, not ${token.length}.`;
  return [{ code: 'INVALID_INPUT', message, path: ['input', 'clientToken'] }];
}

/** Throws as `idempotent` does, for a dry run, which stores no token. */
export async function checkClientToken(database: Database | Transaction, request: TokenUse): Promise<void> {
  if (request.token == null) return;
  const problems = validateClientToken(request.token);
  if (problems.length > 0) throw new ProblemError(problems);
  await storedResult(database, request, request.token);
}

/** The stored result of the token; null for a new one. Throws when it was used with different input. */
async function storedResult(
  database: Database | Transaction,
  { account, mutation, input }: TokenUse,
  token: string,
) {
  const stored = await database.clientToken.findUnique({
    where: { account_mutation_token: { account, mutation, token } },
  });
  if (!stored || stored.inputHash === hashInput(input)) return stored;
  return throwProblem(
    'CLIENT_TOKEN_REUSED',
    `The clientToken was used before for ${mutation} with other input. Send a new token with a new request.`,
    { path: ['input', 'clientToken'] },
  );
}

/** Hash of the input without its clientToken; neither the order of fields nor those that are undefined count. */
function hashInput(input: unknown): string {
  const text = stringify(input, (key, value) => (key === 'clientToken' ? undefined : value));
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex');
}
