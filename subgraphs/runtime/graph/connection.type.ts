import { type ClassType, Directive, Field, Int, ObjectType } from 'type-graphql';
import { type Page, encodeKey } from '../../../kernel/page.js';
import { Cost } from './cost.js';

@Directive('@shareable')
@ObjectType({ description: 'Page information: cursors, and whether there is more.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether another page follows.' })
  hasNextPage: boolean;

  @Field(() => Boolean, {
    description: 'Whether a page precedes; pages are only read forward, so it is true after a cursor.',
  })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first item. Null on an empty page.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last item: `after` of the next page.' })
  endCursor: string | null;
}

/** The value that resolvers of a connection return. */
export interface ConnectionValue<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfo;
  /** Called only if `totalCount` is selected. */
  readonly count: () => Promise<number>;
}

export interface ConnectionOptions<T> {
  /** Values of the sort columns of an item, as `pageRequest` decodes them. */
  readonly key: (item: T) => readonly string[];
  readonly after?: string | null | undefined;
  readonly count: () => Promise<number>;
}

/** Converts a page to a Relay connection. */
export function toConnection<T>(page: Page<T>, options: ConnectionOptions<T>): ConnectionValue<T> {
  const edges = page.items.map((node) => ({ cursor: encodeKey(options.key(node)), node }));
  return {
    edges,
    nodes: page.items,
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: options.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    count: options.count,
  };
}

/** Declares `<Name>Connection` and `<Name>Edge` of an object type; `shareable` if several subgraphs declare them. */
export function connectionOf<T extends object>(name: string, node: () => ClassType<T>, shareable = false) {
  const share = shareable ? Directive('@shareable') : () => undefined;

  @share
  @ObjectType(`${name}Edge`, { description: `An edge of ${name}Connection: an item and its cursor.` })
  class Edge {
    @Field(() => String, { description: 'Position in the list, for `after`.' })
    cursor: string;

    @Field(() => node(), { description: 'The item.' })
    node: T;
  }

  @share
  @ObjectType(`${name}Connection`, { description: `A page of ${name} items.` })
  class Connection {
    @Field(() => [Edge], { description: 'Items of the page, each with its cursor.' })
    edges: Edge[];

    @Field(() => [node()], { description: 'Items of the page, without cursors.' })
    nodes: T[];

    @Field(() => PageInfo, { description: 'Page information.' })
    pageInfo: PageInfo;

    @Cost(30)
    @Field(() => Int, {
      name: 'totalCount',
      description: 'Number of items in the whole list. Selecting it runs one more SQL statement.',
    })
    totalCount(): Promise<number> {
      return (this as unknown as { count: () => Promise<number> }).count();
    }
  }

  return Connection;
}
