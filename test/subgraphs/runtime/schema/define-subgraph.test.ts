import 'reflect-metadata';
import { execute, parse } from 'graphql';
import {
  Arg,
  Directive,
  Field,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  FieldResolver,
  Root,
} from 'type-graphql';
import { expect, test } from 'vitest';
import { connectionOf, toConnection } from '../../../../subgraphs/runtime/graph/connection.type.js';
import { scopeGuard } from '../../../../subgraphs/runtime/schema/scope-guard.js';
import { withoutRules } from '../../../kit/access.js';
import { defineSubgraph } from '../../../../subgraphs/runtime/schema/define-subgraph.js';
import {
  InputError,
  toUserError,
  UserError,
  userErrorTypes,
} from '../../../../subgraphs/runtime/graph/user-error.type.js';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A thing' })
class Thing {
  @Field(() => ID, { description: 'id' })
  id: string;
}
const ThingConnection = connectionOf('Thing', () => Thing);

@Resolver(() => Thing)
class ThingResolver {
  @Query(() => [UserError], { description: 'errors' })
  problems(): UserError[] {
    return [
      toUserError({
        code: 'QUOTA_EXCEEDED',
        message: 'full',
        details: { resource: 'r', limit: 1, used: 1, requested: 1 },
      }),
      toUserError({ code: 'NOT_FOUND', message: 'no' }),
    ];
  }
  @Query(() => ThingConnection, { description: 'things' })
  things() {
    return toConnection(
      { items: [{ id: '1' }], hasNextPage: false },
      { key: (t: Thing) => [t.id], count: async () => 7 },
    );
  }
  @FieldResolver(() => Int, { description: 'double' })
  double(@Root() thing: Thing, @Arg('by', () => Int, { description: 'factor' }) by: number): number {
    return Number(thing.id) * by;
  }
}

test('a subgraph built from decorated classes answers queries and entity representations', async () => {
  const subgraph = await defineSubgraph({
    guard: scopeGuard,
    access: withoutRules,
    audit: { now: () => new Date(), write: () => Promise.resolve() },
    name: 'clusters',
    resolvers: [new ThingResolver()],
    orphanedTypes: userErrorTypes,
    references: { Thing: (reference: Thing) => ({ id: reference.id }) },
  });
  const document = parse(`{ problems { __typename code ... on QuotaExceededError { limit } }
    things { totalCount nodes { double(by: 2) } edges { cursor } pageInfo { endCursor } }
    _entities(representations: [{ __typename: "Thing", id: "4" }]) { ... on Thing { id double(by: 3) } } }`);
  const result = await execute({ schema: subgraph.schema, document, contextValue: {} });
  expect(JSON.parse(JSON.stringify(result))).toMatchObject({
    data: {
      problems: [
        { __typename: 'QuotaExceededError', limit: 1 },
        { __typename: InputError.name, code: 'NOT_FOUND' },
      ],
      things: { totalCount: 7, nodes: [{ double: 2 }] },
      _entities: [{ id: '4', double: 12 }],
    },
  });
  expect(subgraph.sdl).toContain('@key(fields: "id")');
});
