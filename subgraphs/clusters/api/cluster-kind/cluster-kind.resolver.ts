import { FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { ClusterRow } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { ClusterKindName } from '../../model/cluster-kind.enums.js';
import { ClusterKind } from './cluster-kind.type.js';
import { kindCatalog } from '../../model/kind-catalog.rules.js';
import { kindOfRow } from '../../model/kind-of-row.js';

@Resolver(() => Cluster)
export class ClusterKindResolver {
  private readonly kinds = kindCatalog();

  @Query(() => [ClusterKind], { description: 'The nine kinds of cluster and what holds for each.' })
  clusterKinds(): ClusterKind[] {
    return this.kinds;
  }

  @FieldResolver(() => ClusterKindName, {
    description: 'Its kind; follows from type, profile, spec and capability.',
  })
  kind(@Root() cluster: ClusterRow): ClusterKindName {
    return kindOfRow(cluster).name;
  }
}
