import { GraphQLError, buildSchema } from 'graphql';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ErrorMasker } from '../../gateway/errors/error-masker.js';
import { boundError, boundProblem, boundText } from '../../protocol/error-bounds.js';
import { BigIntScalar } from '../../subgraphs/runtime/graph/scalars.js';
import { SubgraphExecutor } from '../../subgraphs/runtime/execution/subgraph-executor.js';
import { Loaders } from '../../kernel/loaders.js';

const log = pino({ level: 'silent' });
const actor = { account: 'acme', subject: 'alice' };

test('truncates a text between characters', () => {
  expect(boundText('short')).toBe('short');
  expect(boundText(`${'x'.repeat(998)}😀😀`)).toBe(`${'x'.repeat(998)}…`);
});

test('truncates message, locations and extensions of an error', () => {
  const error = new GraphQLError('x'.repeat(5000), {
    source: undefined,
    extensions: { code: 'INVALID_INPUT', value: 'x'.repeat(10_000) },
  });
  const { message, extensions } = boundError(error);
  expect(message).toHaveLength(1000);
  expect(extensions).toEqual({ code: 'INVALID_INPUT' });
});

test('truncates message and path of a problem', () => {
  const problem = boundProblem({
    code: 'NOT_FOUND',
    message: 'x'.repeat(5000),
    path: Array.from({ length: 30 }, () => 'y'.repeat(500)),
  });
  expect(problem.message).toHaveLength(1000);
  expect(problem.path).toEqual(Array.from({ length: 20 }, () => `${'y'.repeat(99)}…`));
});

test('lists 100 errors of a response and counts the omitted ones', () => {
  const errors = Array.from(
    { length: 250 },
    () => new GraphQLError('no', { extensions: { code: 'NOT_FOUND' } }),
  );
  const masked = new ErrorMasker(log).errors(errors, 'r1');
  expect(masked).toHaveLength(101);
  expect(masked.at(-1)?.toJSON()).toMatchObject({ extensions: { code: 'ERRORS_OMITTED', omitted: 150 } });
});

test('returns and logs 100 of 5,000 failures of a subgraph', async () => {
  const schema = buildSchema('type Query { items: [Item] } type Item { id: String }');
  const item = schema.getType('Item') as unknown as { getFields(): Record<string, { resolve?: unknown }> };
  item.getFields()['id']!.resolve = () => {
    throw new Error('broken');
  };
  schema.getQueryType()!.getFields()['items']!.resolve = () => Array.from({ length: 5000 }, () => ({}));
  let lines = 0;
  const counting = pino({ level: 'error' }, { write: () => void (lines += 1) });
  const executor = new SubgraphExecutor({ name: 'regions', schema, sdl: '' }, counting);
  const context = { actor, requestId: 'r1', loaders: new Loaders() };
  const { errors } = await executor.execute({ query: '{ items { id } }' }, context);
  expect(errors).toHaveLength(101);
  expect(errors?.at(-1)).toMatchObject({ extensions: { code: 'ERRORS_OMITTED', omitted: 4900 } });
  expect(lines).toBe(100);
});

test('rejects a BigInt of more than 19 digits without parsing it', () => {
  expect(BigIntScalar.parseValue('9223372036854775807')).toBe(9223372036854775807n);
  expect(() => BigIntScalar.parseValue('9'.repeat(900_000))).toThrow(/1 to 19/);
});
