import { FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { ClusterRow } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { ClusterKind } from './cluster-kind.type.js';
import { kindOfRow } from '../../model/kind-of-row.js';
import { kindCatalog } from './kind-catalog.js';
import { ClusterKindName } from '../entities/cluster-kind.enums.js';

@Resolver(() => Cluster)
export class ClusterKindResolver {
  private readonly kinds = kindCatalog();

  @Query(() => [ClusterKind], { description: 'The nine kinds of cluster with their rules.' })
  clusterKinds(): ClusterKind[] {
    return this.kinds;
  }

  @FieldResolver(() => ClusterKindName, {
    description: 'Kind of the cluster, derived from its type, profile, spec and capability.',
  })
  kind(@Root() cluster: ClusterRow): ClusterKindName {
    return kindOfRow(cluster).name;
  }
}
