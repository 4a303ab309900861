import { Field, ID, InterfaceType } from 'type-graphql';

/** The result type of `Query.node`. Relay calls it `Node`, which is a Kubernetes node in this graph. */
@InterfaceType('Resource', {
  description:
    'An object with an id that is unique in the whole graph: `Query.node` and `Query.nodes` find it by that.',
  resolveType: ({ __typename }: { readonly __typename: string }) => __typename,
  // Subgraphs in one process share type-graphql's registry, so each lists its own types.
  autoRegisterImplementations: false,
})
export abstract class Resource {
  @Field(() => ID, { description: 'Id of the object: a prefix that names its type, `_`, and the rest.' })
  id: string;
}
