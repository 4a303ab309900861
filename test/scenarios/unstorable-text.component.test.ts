import 'reflect-metadata';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scopes } from '../../access/scopes.js';
import { createLog } from '../../kernel/log.js';
import { type GraphQLBody, startTestPlatform, type TestPlatform } from '../kit/platform.js';

const log: string[] = [];
let platform: TestPlatform;
let schema: GraphQLSchema;

beforeAll(async () => {
  platform = await startTestPlatform({
    log: createLog('warn', 'platform', { write: (line) => void log.push(line) }),
  });
  const { data } = await platform.request(getIntrospectionQuery());
  schema = buildClientSchema(data as Parameters<typeof buildClientSchema>[0]);
});
afterAll(() => platform[Symbol.asyncDispose]());

/** Sends a request with all scopes, so that the text is checked before any missing scope. */
async function ask(query: string, variables: Record<string, unknown>): Promise<GraphQLBody> {
  const token = await platform.token('acme', { scopes: Object.keys(scopes) });
  const response = await fetch(`${platform.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphQLBody;
}

interface Placed {
  readonly value: unknown;
  readonly path: readonly string[];
}

/** A value of the type with the text in its first String or ID, and minimal values of the other required fields. */
function withText(type: GraphQLInputType, text: string): Placed | undefined {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const inner = withText(nullable.ofType as GraphQLInputType, text);
    return inner && { value: [inner.value], path: ['0', ...inner.path] };
  }
  if (isScalarType(nullable))
    return ['String', 'ID'].includes(nullable.name) ? { value: text, path: [] } : undefined;
  if (!isInputObjectType(nullable)) return undefined;
  const fields = Object.values(nullable.getFields());
  for (const field of fields) {
    const inner = withText(field.type, text);
    if (!inner) continue;
    const needed = fields.filter(
      (other) => other !== field && isNonNullType(other.type) && other.defaultValue === undefined,
    );
    const rest = Object.fromEntries(needed.map((other) => [other.name, least(other.type)]));
    return { value: { ...rest, [field.name]: inner.value }, path: [field.name, ...inner.path] };
  }
  return undefined;
}

/** The minimal value of a required type. */
function least(type: GraphQLInputType): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [];
  if (isInputObjectType(nullable)) {
    const needed = Object.values(nullable.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(needed.map((field) => [field.name, least(field.type)]));
  }
  if ('getValues' in nullable) return nullable.getValues()[0]?.name;
  return (
    { Int: 1, Float: 1, Boolean: true, BigInt: '1', DateTime: '2026-12-01T00:00:00Z', JSON: {} }[
      nullable.name
    ] ?? 'x'
  );
}

interface Question {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly path: readonly string[];
}

/** A request for the field with the text in the argument. */
function question(
  kind: string,
  field: GraphQLField<unknown, unknown>,
  argument: GraphQLArgument,
  placed: Placed,
): Question {
  const declaredArgs = field.args.filter((arg) => arg === argument || isNonNullType(arg.type));
  const variables = Object.fromEntries(
    declaredArgs.map((arg) => [`v_${arg.name}`, arg === argument ? placed.value : least(arg.type)]),
  );
  const declared = declaredArgs.map((arg) => `$v_${arg.name}: ${String(arg.type)}`).join(', ');
  const passed = declaredArgs.map((arg) => `${arg.name}: $v_${arg.name}`).join(', ');
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  return {
    query: `${kind} Ask(${declared}) { ${field.name}(${passed}) ${selection} }`,
    variables,
    path: [argument.name, ...placed.path],
  };
}

function questions(kind: 'query' | 'mutation', text: string): Question[] {
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  return Object.values(root?.getFields() ?? {}).flatMap((field) =>
    field.args.flatMap((argument) => {
      const placed = withText(argument.type, text);
      return placed ? [question(kind, field, argument, placed)] : [];
    }),
  );
}

describe.each([
  ['U+0000', 'a\u0000b'],
  ['half of a surrogate pair', 'a\ud800b'],
])('text with %s', (_, text) => {
  test.each(['query', 'mutation'] as const)(
    'is rejected with INVALID_INPUT and its path in every argument of every %s',
    async (kind) => {
      const queries = questions(kind, text);
      expect(queries.length).toBeGreaterThan(10);
      const before = log.length;
      for (const { query, variables, path } of queries) {
        const { errors } = await ask(query, variables);
        expect(errors?.[0], query).toMatchObject({ extensions: { code: 'INVALID_INPUT', path } });
      }
      expect(log.slice(before)).toEqual([]);
    },
  );
});

test('rejects U+0000 in a literal of the document with INVALID_INPUT', async () => {
  const { errors } = await platform.request('{ cluster(id: "a\\u0000b") { id } }');
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: ['id'] } }]);
});
