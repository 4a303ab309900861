import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { listsOfKinds, notFound } from '../../engine/not-found.js';
import { clientSchema } from '../scenarios/isolation/isolation-client.js';

describe('a NOT_FOUND problem', () => {
  test('names the type, the id and the field that lists what exists', () => {
    expect(notFound('CLUSTER', 'cluster_01', ['input', 'id'])).toEqual({
      code: 'NOT_FOUND',
      message: 'The account has no cluster cluster_01. Query.clusters lists them.',
      path: ['input', 'id'],
    });
  });

  test('repeats at most 120 characters of an id', () => {
    const { message } = notFound('QUOTA', 'q'.repeat(900_000));
    expect(message).toBe(`The account has no quota ${'q'.repeat(120)}…. Query.quotas lists them.`);
  });

  test('refers only to fields of the graph', async () => {
    const schema = await clientSchema();
    const unknown = listsOfKinds.filter((coordinate) => {
      const [typeName = '', field = ''] = coordinate.split('.');
      const type = schema.getType(typeName);
      return !isObjectType(type) || !(field in type.getFields());
    });
    expect(unknown).toEqual([]);
  });
});
