import type { NodeSelectorTerm } from './core.js';
import type { KubeObject, LabelSelector } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';
import type { Deployment } from './workloads.js';

/** An edge unit and its number of pods. */
export interface UnitTopology {
  readonly name: string;
  /** Nodes of the unit. */
  readonly nodeSelectorTerm: NodeSelectorTerm;
  readonly replicas?: number;
}

/** An application in several edge units, with a Deployment for each (apps.openyurt.io/v1alpha1 of OpenYurt). */
export interface UnitedDeployment extends KubeObject {
  readonly spec: {
    readonly selector: LabelSelector;
    readonly workloadTemplate: {
      readonly deploymentTemplate?: Pick<Deployment, 'spec'> & {
        readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      };
    };
    readonly topology: { readonly pools?: readonly UnitTopology[] };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas: number;
    readonly readyReplicas: number;
    readonly poolReplicas: Readonly<Record<string, number>>;
    readonly templateType: string;
  };
}

export const unitedDeployments = defineResource<UnitedDeployment>({
  group: 'apps.openyurt.io',
  version: 'v1alpha1',
  kind: 'UnitedDeployment',
  plural: 'uniteddeployments',
  singular: 'uniteddeployment',
  shortNames: ['ud'],
  categories: ['all'],
  subresources: ['status'],
  generation: true,
  validate: causes,
  columns: [
    nameColumn<UnitedDeployment>(),
    { name: 'Ready', type: 'integer', value: ({ status }) => status?.readyReplicas ?? 0 },
    { name: 'WorkloadTemplate', type: 'string', value: ({ status }) => status?.templateType ?? '' },
    ageColumn<UnitedDeployment>(),
  ],
});

function causes({ spec }: UnitedDeployment): Cause[] {
  const missing = (field: string): Cause => ({
    field,
    reason: 'FieldValueRequired',
    message: 'Required value',
  });
  const pools = spec?.topology?.pools ?? [];
  const names = pools.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  return [
    ...(spec?.workloadTemplate?.deploymentTemplate
      ? []
      : [missing('spec.workloadTemplate.deploymentTemplate')]),
    ...(pools.length > 0 ? [] : [missing('spec.topology.pools')]),
    ...(twice < 0
      ? []
      : [
          {
            field: `spec.topology.pools[${twice}].name`,
            reason: 'FieldValueInvalid' as const,
            message: `Duplicate value: "${names[twice] ?? ''}"`,
          },
        ]),
  ];
}
