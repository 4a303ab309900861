import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { ListSize } from '../../../kernel/graph/cost.js';
import { Resource } from '../../../kernel/graph/resource.type.js';
import { refuse } from '../../../kernel/result.js';
import type { RequestContext } from '../../../kernel/subgraph.js';
import { loadById, type ReadByIds } from '../loading.js';
import { foreignResources } from './foreign-resources.type.js';

const MAX_IDS = 100;

/** How resources of one type are read. */
export interface ResourceReader {
  readonly type: string;
  readonly byIds: ReadByIds<{ readonly id: string }>;
}

/** Finds any object by its id: the prefix says which type it has. */
@Resolver()
export class ResourceResolver {
  /** `readers` by the prefix of the ids. */
  constructor(private readonly readers: Readonly<Record<string, ResourceReader>>) {}

  @Query(() => Resource, {
    nullable: true,
    description:
      'The object with this id; null if the account has none, or the id is none of this graph. Any type with an id of the form `prefix_…` can be found.',
  })
  node(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the object.' }) id: string,
  ) {
    return this.find(context, id);
  }

  @ListSize(MAX_IDS)
  @Query(() => [Resource], {
    nullable: 'items',
    description:
      'The objects with these ids, in their order; null in the place of an id that the account has no object of.',
  })
  nodes(
    @Ctx() context: RequestContext,
    @Arg('ids', () => [ID], { description: 'Ids of the objects: 0 to 100.' }) ids: string[],
  ) {
    if (ids.length > MAX_IDS)
      refuse('INVALID_INPUT', `ids has 0 to ${MAX_IDS} items, not ${ids.length}.`, { path: ['ids'] });
    return ids.map((id) => this.find(context, id));
  }

  private async find(context: RequestContext, id: string): Promise<object | null> {
    const prefix = id.slice(0, id.indexOf('_'));
    const foreign = own(foreignResources, prefix);
    if (foreign !== undefined) return { __typename: foreign, resourceId: id };
    const reader = own(this.readers, prefix);
    const row = reader && (await loadById(context, reader.byIds, id));
    return row ? Object.assign(Object.create(row) as object, { ...row, __typename: reader.type }) : null;
  }
}

/** The value of a key that the record has itself. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
