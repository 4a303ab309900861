import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { Cost, ListSize } from '../../../runtime/graph/cost.js';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { throwProblem } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { foreignResources } from './foreign-resources.type.js';
import type { ResourceReader } from './resource-readers.js';
import { loadById } from '../entities/data-loaders.js';

const MAX_IDS = 100;

/** Finds any object by its id, whose prefix determines the type. */
@Resolver()
export class ResourceResolver {
  /** `readers` by id prefix. */
  constructor(private readonly readers: Readonly<Record<string, ResourceReader>>) {}

  // The cost of the most expensive types: workloads and pods are read from their cluster's API server.
  @Cost(150)
  @Query(() => Resource, {
    nullable: true,
    description:
      'An object by id, of any type that implements Resource. Null if the account has no such object.',
  })
  node(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the object.' }) id: string,
  ) {
    return this.find(context, id);
  }

  @Cost(150)
  @ListSize(MAX_IDS)
  @Query(() => [Resource], {
    nullable: 'items',
    description:
      'Objects by ids, in the order of the ids. Null at the position of an id without an object of the account.',
  })
  nodes(
    @Ctx() context: RequestContext,
    @Arg('ids', () => [ID], { description: 'Ids of the objects: 0 to 100.' }) ids: string[],
  ) {
    if (ids.length > MAX_IDS)
      throwProblem('INVALID_INPUT', `ids has 0 to ${MAX_IDS} items, not ${ids.length}.`, { path: ['ids'] });
    return ids.map((id) => this.find(context, id));
  }

  private async find(context: RequestContext, id: string): Promise<object | null> {
    const prefix = /^[a-z]+(?=[_-])/.exec(id)?.[0] ?? '';
    const foreign = own(foreignResources, prefix);
    if (foreign !== undefined) return { __typename: foreign, resourceId: id };
    const reader = own(this.readers, prefix);
    const row = reader && (await loadById(context, reader.byIds, id));
    return row
      ? Object.assign(Object.create(row) as object, { ...row, __typename: row.__typename ?? reader.type })
      : null;
  }
}

/** The value of an own property, which excludes inherited ones such as `constructor`. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
