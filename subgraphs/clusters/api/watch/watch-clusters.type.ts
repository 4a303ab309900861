import { Field, ObjectType } from 'type-graphql';
import { EventCursorScalar } from '../../../runtime/graph/scalars.js';
import { Cluster } from '../entities/cluster.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';

const ClusterChangeType = graphEnum('ClusterChangeType', 'Type of a change of a watched list.', {
  ADDED: 'The cluster is in the list: it was in it at the start, was created, or matches the filter now.',
  MODIFIED: 'A cluster of the list has changed.',
  DELETED: 'The cluster is no longer in the list: it was deleted or no longer matches the filter.',
  SYNCED: 'Every existing cluster has been sent; changes follow.',
  BOOKMARK: 'No matching change; only the cursor advanced.',
});

@ObjectType({ description: 'A change in a watched list of clusters.' })
export class ClusterChange {
  @Field(() => ClusterChangeType, { description: 'Type of the change.' })
  type: string;

  @Field(() => Cluster, {
    nullable: true,
    description: 'The cluster after the change. Null for SYNCED and BOOKMARK.',
  })
  cluster: Cluster | null;

  @Field(() => EventCursorScalar, {
    description:
      'Position of the stream: `after` with the same filter resumes after it, also within the initial list.',
  })
  cursor: string;
}
