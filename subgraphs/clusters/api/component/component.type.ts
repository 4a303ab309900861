import type { ComponentStateName } from '../../model/component.rules.js';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Requires } from '../../../runtime/graph/requires.js';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { DateTimeScalar, JSONScalar } from '../../../runtime/graph/scalars.js';
import { Product } from '../../../runtime/graph/product.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { ChangeTiming } from '../entities/maintenance-window.enums.js';

const ComponentState = graphEnum<ComponentStateName>('ComponentState', 'State of a component.', {
  INSTALLING: 'Being installed.',
  ACTIVE: 'Installed as specified.',
  UPGRADING: 'Its version is being changed.',
  UPDATING: 'Its parameters are being changed, or it is being restored.',
  UNINSTALLING: 'Being uninstalled.',
  FAILED: 'The last change failed; see error.',
});

@ObjectType({ description: 'A version of a component.' })
export class ComponentVersion {
  @Field(() => String, { description: 'The version, e.g. `v1.11.3`.' })
  version: string;

  @Field(() => String, { description: 'Oldest minor version of Kubernetes that the version works with.' })
  minKubernetes: string;

  @Field(() => String, { description: 'Changes of the version.' })
  changes: string;
}

@ObjectType({ description: 'A component (add-on) that clusters can have.' })
export class ComponentDefinition {
  @Field(() => ID, { description: 'Name of the component, e.g. `coredns`.' })
  name: string;

  @Field(() => String, { description: 'Name for display.' })
  title: string;

  @Field(() => String, { description: 'Category, e.g. `NETWORK`.' })
  category: string;

  @Field(() => String, { description: 'Purpose of the component.' })
  description: string;

  @Field(() => Boolean, {
    description: 'Whether the component is a system component, which cannot be uninstalled.',
  })
  system: boolean;

  @Field(() => [Product], { description: 'Products whose clusters can have the component.' })
  products: string[];

  @Field(() => [Product], { description: 'Products whose new clusters have the component preinstalled.' })
  preinstalled: string[];

  @Field(() => [ComponentVersion], {
    description: 'Versions of the component, oldest first. Empty if its version is that of Kubernetes.',
  })
  versions: ComponentVersion[];

  @Field(() => String, { description: 'URL of the page on which the versions are published.' })
  versionsSource: string;

  @Field(() => JSONScalar, { description: 'JSON Schema of the parameters, with defaults.' })
  parameters: unknown;
}

@ObjectType({ description: 'A recommended value of a component parameter for the size of the cluster.' })
export class ComponentRecommendation {
  @Field(() => String, { description: 'The parameter.' })
  parameter: string;

  @Field(() => JSONScalar, { nullable: true, description: 'Present value.' })
  current: unknown;

  @Field(() => JSONScalar, { nullable: true, description: 'Recommended value.' })
  recommended: unknown;

  @Field(() => String, { description: 'Why the recommended value suits the cluster better.' })
  reason: string;
}

@ObjectType({
  description: 'A field of a component’s Kubernetes objects that differs from the applied manifest.',
})
class ComponentDrift {
  @Field(() => String, { description: 'Kind and name of the object, e.g. `Deployment coredns`.' })
  object: string;

  @Field(() => String, {
    description: 'Path of the field, e.g. `spec.replicas`. Empty for the whole object.',
  })
  path: string;

  @Field(() => JSONScalar, {
    nullable: true,
    description: 'Value that the platform applied. Null if the field was added outside the platform.',
  })
  expected: unknown;

  @Requires('readConfiguration')
  @Field(() => JSONScalar, {
    nullable: true,
    description:
      'Value in the cluster. Null if the field is missing. Needs the scope fleet:write, because it may contain secrets such as environment variables.',
  })
  actual: unknown;
}

@ObjectType({
  implements: Resource,
  description: 'A component (add-on) of a cluster, in its namespace `kube-system`.',
})
export class Component {
  @Field(() => ID, { description: 'Id of the component, `component_…`.' })
  id: string;

  @Field(() => String, { description: 'Name of the component in the catalog, e.g. `coredns`.' })
  name: string;

  @Field(() => String, { description: 'Desired version: the current one unless a change is in progress.' })
  version: string;

  @Field(() => ComponentState, { description: 'State of the component.' })
  state: ComponentStateName;

  @Field(() => [ComponentDrift], {
    description: 'Differences from the applied manifest at driftCheckedAt; restoreComponent reverts them.',
  })
  drift: unknown;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time of the last comparison with the cluster.',
  })
  driftCheckedAt: Date | null;

  @Field(() => DateTimeScalar, { description: 'Time of the request that installed the component.' })
  createdAt: Date;
}

const WHEN =
  'When the change starts. Default: MAINTENANCE_WINDOW for a component that workloads depend on (a system component, or one that serves traffic) if the cluster has an enabled maintenance window, else IMMEDIATE. See Cluster.maintenanceWindow.nextOccurrence for the next window.';

export const ComponentConnection = connectionOf('Component', () => Component);

export const ComponentOrder = orderOf('Component', { CREATED_AT: 'Time of creation.', NAME: 'Name.' });
export type ComponentOrder = InstanceType<typeof ComponentOrder>;

@InputType({ description: 'A component to install.' })
export class InstallComponentInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  clusterId: string;

  @Field(() => String, {
    description: 'Name of the component in the catalog, e.g. `nginx-ingress-controller`.',
  })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: 'Version of the component. Default: the newest version that works with the cluster.',
  })
  version?: string | null;

  @Field(() => JSONScalar, {
    nullable: true,
    description: 'Parameters, valid for the schema of the definition. Omitted ones get their defaults.',
  })
  parameters?: unknown;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A component to upgrade.' })
export class UpgradeComponentInput {
  @Field(() => ID, { description: 'Id of the component.' })
  id: string;

  @Field(() => String, {
    nullable: true,
    description: 'Version of the component. Default: the newest version that works with the cluster.',
  })
  version?: string | null;

  @Field(() => ChangeTiming, { nullable: true, description: WHEN })
  timing?: ChangeTiming | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Changed parameters of a component.' })
export class ConfigureComponentInput {
  @Field(() => ID, { description: 'Id of the component.' })
  id: string;

  @Field(() => JSONScalar, { description: 'Parameters to set; null resets one to its default.' })
  parameters: unknown;

  @Field(() => ChangeTiming, { nullable: true, description: WHEN })
  timing?: ChangeTiming | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A component to uninstall.' })
export class UninstallComponentInput {
  @Field(() => ID, { description: 'Id of the component.' })
  id: string;

  @Field(() => ChangeTiming, { nullable: true, description: WHEN })
  timing?: ChangeTiming | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A component to restore.' })
export class RestoreComponentInput {
  @Field(() => ID, { description: 'Id of the component.' })
  id: string;

  @Field(() => ChangeTiming, { nullable: true, description: WHEN })
  timing?: ChangeTiming | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'Cluster whose components are compared with its Kubernetes objects.' })
export class CheckComponentsInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  clusterId: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
