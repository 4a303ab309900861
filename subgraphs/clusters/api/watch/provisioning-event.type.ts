import { Directive, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { EventInterface } from '../../../runtime/graph/event.type.js';

/** Declared, field by field the same, wherever a subgraph streams it; its entities are in the resolver. */
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
