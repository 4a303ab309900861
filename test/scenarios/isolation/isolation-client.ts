import {
  buildSchema,
  getNamedType,
  type GraphQLField,
  type GraphQLSchema,
  isObjectType,
  print,
  parse,
} from 'graphql';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../kernel/package-root.js';
import { queryGraph, operationEnd, type GraphSession } from '../../kit/cluster-lifecycle.js';
import { type GraphQLBody, graphqlRequest } from '../../kit/platform.js';
import type { Attempt } from './attempt.js';
import { firstFrame } from './first-frame.js';

export type Root = 'Query' | 'Mutation' | 'Subscription';

/** The schema that clients see. */
export async function clientSchema(): Promise<GraphQLSchema> {
  return buildSchema(await readFile(join(packageRoot, 'client/schema.graphql'), 'utf8'));
}

/** The root fields of an operation type. */
export function rootFields(schema: GraphQLSchema, root: Root): GraphQLField<unknown, unknown>[] {
  const type = schema.getType(root);
  return isObjectType(type) ? Object.values(type.getFields()) : [];
}

/** Result of an attempt: the error codes, and whether the response contains no data. */
export interface AttemptResult {
  readonly codes: readonly string[];
  readonly holdsNothing: boolean;
  /** The complete response. */
  readonly response: unknown;
}

/** Sends attempts as an account. */
export class IsolationClient {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly session: GraphSession,
  ) {}

  async query(attempt: Attempt, args: Record<string, unknown>): Promise<AttemptResult> {
    const query = this.document('Query', attempt, args);
    return attemptResultOf(
      await graphqlRequest(this.session.url, { ...this.session, query, variables: args }),
    );
  }

  async subscription(attempt: Attempt, args: Record<string, unknown>): Promise<AttemptResult> {
    const query = this.document('Subscription', attempt, args);
    return attemptResultOf((await firstFrame(this.session, query, args)) as GraphQLBody);
  }

  /** The user errors of a mutation and, for `reportedByOperation`, the failures of its operation. */
  async mutation(attempt: Attempt, args: Record<string, unknown>): Promise<AttemptResult> {
    const response = await queryGraph<Record<string, Payload>>(
      this.session,
      this.document('Mutation', attempt, args),
      args,
    );
    const payload = response[attempt.field];
    const codes = [payload, ...(payload?.results ?? [])].flatMap((part) => part?.userErrors ?? []);
    const failures =
      payload?.operation && attempt.reportedByOperation ? await this.failuresOf(payload.operation.id) : [];
    return {
      codes: [...codes, ...failures].map(({ code }) => code),
      holdsNothing: codes.length > 0 || failures.length > 0,
      response,
    };
  }

  /** The codes of the errors that reject a mutation before its execution. */
  async rejection(attempt: Attempt, args: Record<string, unknown>): Promise<readonly string[]> {
    const query = this.document('Mutation', attempt, args);
    return attemptResultOf(
      await graphqlRequest(this.session.url, { ...this.session, query, variables: args }),
    ).codes;
  }

  private async failuresOf(operation: string) {
    const { result } = await operationEnd(this.session, operation);
    return result?.failures ?? [];
  }

  private document(root: Root, { field: name, selection }: Attempt, args: Record<string, unknown>): string {
    const field = rootFields(this.schema, root).find((candidate) => candidate.name === name);
    if (!field) throw new Error(`there is no ${root}.${name}`);
    const suppliedArgs = field.args.filter((arg) => arg.name in args);
    const variables = suppliedArgs.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
    const passed = suppliedArgs.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
    const selected = selection ?? selectionOf(field);
    const inBrackets = (list: string) => (list === '' ? '' : `(${list})`);
    return print(
      parse(
        `${root.toLowerCase()} Attempt${inBrackets(variables)} { ${name}${inBrackets(passed)} { ${selected} } }`,
      ),
    );
  }
}

interface Payload {
  readonly operation?: { readonly id: string } | null;
  readonly userErrors?: readonly { readonly code: string }[];
  readonly results?: readonly { readonly userErrors: readonly { readonly code: string }[] }[];
}

/** Selects whether an object exists, or the user errors. */
function selectionOf(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  const fields = isObjectType(type) ? type.getFields() : {};
  const rejected = 'userErrors { code message path }';
  if ('userErrors' in fields)
    return `${rejected} ${'operation' in fields ? 'operation { id }' : ''} ${'results' in fields ? `results { ${rejected} }` : ''}`;
  return 'nodes' in fields ? 'nodes { __typename }' : '__typename';
}

function attemptResultOf({ data, errors }: GraphQLBody): AttemptResult {
  const codes = (errors ?? []).map(({ extensions }) => String(extensions?.['code']));
  return { codes, holdsNothing: isNothing(data), response: { data, errors } };
}

/** Whether the value is null or contains only nulls and empty lists. */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value !== 'object') return false;
  return Object.values(value).every(isNothing);
}
