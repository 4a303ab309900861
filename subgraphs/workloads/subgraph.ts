import 'reflect-metadata';
import { AuditLog } from '../../access/audit/audit-log.js';
import type { Platform } from '../../engine/platform.js';
import { scopeGuard } from '../runtime/schema/scope-guard.js';
import { defineSubgraph } from '../runtime/schema/define-subgraph.js';
import { userErrorTypes } from '../runtime/graph/user-error.type.js';
import type { RequestContext, Subgraph } from '../runtime/subgraph.js';
import { workloadsAccess } from './access.js';
import { ApiThrottlingResolver } from './api/api-throttling/api-throttling.resolver.js';
import { ClusterApis } from './inspection/cluster-apis.js';
import { ClusterResolver } from './api/cluster/cluster.resolver.js';
import { ClusterStore } from './store/cluster.store.js';
import { FleetManifestResolver } from './api/fleet-manifest/fleet-manifest.resolver.js';
import { FleetManifestService } from './api/fleet-manifest/fleet-manifest.service.js';
import { ManifestResolver } from './api/manifest/manifest.resolver.js';
import { ManifestService } from './api/manifest/manifest.service.js';
import { NamespaceService } from './api/namespace/namespace.service.js';
import { NamespaceConnectionResolver } from './api/namespace/namespace.resolver.js';
import { PodReader } from './inspection/pod.reader.js';
import { PodConnectionResolver, PodResolver } from './api/pod/pod.resolver.js';
import { PodService } from './api/pod/pod.service.js';
import { ScaleResolver } from './api/scale/scale.resolver.js';
import { ScaleService } from './api/scale/scale.service.js';
import { WorkloadReader } from './inspection/workload.reader.js';
import { WorkloadConnectionResolver, WorkloadResolver } from './api/workload/workload.resolver.js';
import { WorkloadService } from './api/workload/workload.service.js';

/** The key of a workload in a reference: `id`, or `resourceId` from `Query.node`, which may not exist. */
interface Reference {
  readonly id?: string;
  readonly resourceId?: string;
}

/** Namespaces, workloads and pods, read and changed through the Kubernetes API of each cluster. */
export async function createWorkloadsSubgraph(platform: Platform): Promise<Subgraph> {
  const apis = new ClusterApis(platform);
  const reader = new WorkloadReader(apis);
  const pods = new PodReader(apis);
  const manifests = new ManifestService(platform, apis);
  const clusters = new ClusterStore(platform.database.prisma);
  const workloads = new WorkloadService(apis, clusters);
  return defineSubgraph({
    name: 'workloads',
    guard: scopeGuard,
    access: { rules: workloadsAccess, dependencies: platform },
    audit: new AuditLog(platform),
    resolvers: [
      new ClusterResolver(new NamespaceService(apis, clusters), workloads),
      new ApiThrottlingResolver(apis),
      new WorkloadResolver(reader, workloads, new PodService(apis)),
      new ManifestResolver(manifests, reader),
      new FleetManifestResolver(new FleetManifestService(manifests), reader),
      new ScaleResolver(new ScaleService(platform, apis)),
      new NamespaceConnectionResolver(),
      new WorkloadConnectionResolver(),
      new PodConnectionResolver(),
      new PodResolver(),
    ],
    orphanedTypes: userErrorTypes,
    references: {
      // The gateway has fetched the product from the subgraph that owns clusters, for the fields that require it.
      Cluster: ({ id, product }: { id: string; product?: string }) => ({ id, product }),
      Workload: async ({ id, resourceId }: Reference, context: RequestContext) =>
        (await reader.find(id ?? resourceId ?? '', context)) ?? null,
      Pod: async ({ resourceId }: Required<Reference>, context: RequestContext) =>
        (await pods.find(resourceId, context)) ?? null,
    },
  });
}
