import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { updateByController, create, replaceStatus } from '../cluster/write.js';
import { deployments } from '../kinds/apps.js';
import type { PodSpec } from '../kinds/core.js';
import { controlledBy, controllerOf, type Draft } from '../kinds/object.js';
import { unitedDeployments, type UnitedDeployment, type UnitTopology } from '../kinds/united-deployment.js';
import type { Deployment } from '../kinds/workloads.js';
import { keyOf, splitKey } from '../store/cluster-store.js';

const UNIT = 'apps.openyurt.io/pool-name';

/** Maintains a Deployment for each unit of a UnitedDeployment, on the nodes of the unit. */
export function unitedDeploymentController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('united-deployment', (key) => {
    const united = cluster.store.get(unitedDeployments, ...splitKey(key));
    if (united && !united.metadata.deletionTimestamp) reconcile(cluster, united);
  });
  return {
    start() {
      cluster.store.onChange(unitedDeployments, ({ object }) => queue.add(keyOf(object)));
      cluster.store.onChange(deployments, ({ object }) => {
        const owner = controllerOf(object);
        if (owner?.kind === 'UnitedDeployment') queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
      });
      for (const united of cluster.store.all(unitedDeployments)) queue.add(keyOf(united));
    },
  };
}

function reconcile(cluster: ClusterContext, united: UnitedDeployment): void {
  const units = united.spec.topology.pools ?? [];
  const present = new Map(
    [...cluster.store.ownedOf(deployments, united.metadata.uid)].map((deployment) => [
      deployment.metadata.labels?.[UNIT],
      deployment,
    ]),
  );
  for (const unit of units) {
    const desired = draft(united, unit);
    const existing = present.get(unit.name);
    if (existing)
      updateByController(cluster, deployments, existing, (object) => ({ ...object, spec: desired.spec }));
    else create(cluster, deployments, desired);
  }
  const names = new Set(units.map(({ name }) => name));
  for (const [name, deployment] of present)
    if (!names.has(name ?? '') && !deployment.metadata.deletionTimestamp)
      deleteObject(cluster, deployments, deployment);
  updateStatus(cluster, united, names);
}

function draft(united: UnitedDeployment, unit: UnitTopology): Draft<Deployment> {
  const { selector, workloadTemplate } = united.spec;
  const { metadata, spec } = workloadTemplate.deploymentTemplate ?? { spec: undefined };
  const mine = { [UNIT]: unit.name };
  const template = spec?.template ?? { spec: { containers: [] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: `${united.metadata.name}-${unit.name}`,
      namespace: united.metadata.namespace ?? 'default',
      labels: { ...metadata?.labels, ...mine },
      ownerReferences: [controlledBy(united)],
    },
    spec: {
      ...spec,
      replicas: unit.replicas ?? 1,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, ...mine } },
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...mine } },
        spec: onUnit(template.spec, unit),
      },
    },
  };
}

/** The pod spec with the node affinity of the unit. */
function onUnit(spec: PodSpec, { nodeSelectorTerm }: UnitTopology): PodSpec {
  const required = { nodeSelectorTerms: [nodeSelectorTerm] };
  return {
    ...spec,
    affinity: {
      ...spec.affinity,
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required },
    },
  };
}

function updateStatus(cluster: ClusterContext, united: UnitedDeployment, names: ReadonlySet<string>): void {
  const latest = cluster.store.get(unitedDeployments, ...splitKey(keyOf(united)));
  if (!latest) return;
  const own = [...cluster.store.ownedOf(deployments, united.metadata.uid)].filter((deployment) =>
    names.has(deployment.metadata.labels?.[UNIT] ?? ''),
  );
  const sum = (of: (deployment: Deployment) => number | undefined) =>
    own.reduce((all, deployment) => all + (of(deployment) ?? 0), 0);
  replaceStatus(cluster, unitedDeployments, latest, {
    observedGeneration: latest.metadata.generation,
    replicas: sum(({ status }) => status?.replicas),
    readyReplicas: sum(({ status }) => status?.readyReplicas),
    poolReplicas: Object.fromEntries(
      own.map(({ metadata, spec }) => [metadata.labels?.[UNIT], spec.replicas ?? 1]),
    ),
    templateType: 'Deployment',
  });
}
