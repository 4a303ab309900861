import { Directive, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { EventInterface } from '../../../runtime/graph/event.type.js';

/** Every subgraph that streams this type must declare it with the same fields; the resolver has its entity fields. */
@Directive('@shareable')
@ObjectType({
  implements: [EventInterface, Resource],
  description: 'A cluster, node pool, node or operation was created, changed or deleted.',
})
export class ProvisioningEvent extends EventInterface implements Resource {
  clusterId: string | null;
  nodePoolId: string | null;
  operationId: string | null;
}
