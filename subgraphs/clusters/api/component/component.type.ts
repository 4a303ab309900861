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
  ACTIVE: 'In the cluster as specified.',
  UPGRADING: 'Its version is being changed.',
  UPDATING: 'Its parameters are being changed, or it is being restored.',
  UNINSTALLING: 'Being uninstalled.',
  FAILED: 'The last change could not be carried out; see error.',
});

@ObjectType({ description: 'A version of a component.' })
export class ComponentVersion {
  @Field(() => String, { description: 'The version, e.g. `v1.11.3`.' })
  version: string;

  @Field(() => String, { description: 'The oldest minor version of Kubernetes that it works with.' })
  minKubernetes: string;

  @Field(() => String, { description: 'Changes of the version.' })
  changes: string;
}

@ObjectType({ description: 'A component (add-on) that clusters can have.' })
export class ComponentDefinition {
  @Field(() => ID, { description: 'Its name, e.g. `coredns`.' })
  name: string;

  @Field(() => String, { description: 'Name for display.' })
  title: string;

  @Field(() => String, { description: 'Its field, e.g. `NETWORK`.' })
  category: string;

  @Field(() => String, { description: 'Purpose of the component.' })
  description: string;

  @Field(() => Boolean, { description: 'Whether clusters require it: it cannot be uninstalled then.' })
  system: boolean;

  @Field(() => [Product], { description: 'Products whose clusters can have it.' })
  products: string[];

  @Field(() => [Product], { description: 'Products whose new clusters include it.' })
  preinstalled: string[];

  @Field(() => [ComponentVersion], {
    description: 'Its versions, oldest first; empty for one that has the version of Kubernetes.',
  })
  versions: ComponentVersion[];

  @Field(() => String, { description: 'Address of the page on which its versions are published.' })
  versionsSource: string;

  @Field(() => JSONScalar, { description: 'JSON Schema of its parameters, with their defaults.' })
  parameters: unknown;
}

@ObjectType({ description: 'A parameter that does not suit the size of the cluster.' })
export class ComponentRecommendation {
  @Field(() => String, { description: 'The parameter.' })
  parameter: string;

  @Field(() => JSONScalar, { nullable: true, description: 'Present value.' })
  current: unknown;

  @Field(() => JSONScalar, { nullable: true, description: 'Recommended value.' })
  recommended: unknown;

  @Field(() => String, { description: 'Why the recommended value is better here.' })
  reason: string;
}

@ObjectType({
  description: 'A field of a component’s Kubernetes objects that differs from the applied manifest.',
})
class ComponentDrift {
  @Field(() => String, { description: 'Kind and name of the object, e.g. `Deployment coredns`.' })
  object: string;

  @Field(() => String, { description: 'Where in it, e.g. `spec.replicas`; empty for the object itself.' })
  path: string;

  @Field(() => JSONScalar, {
    nullable: true,
    description: 'What the platform has applied; null for what was added.',
  })
  expected: unknown;

  @Requires('readConfiguration')
  @Field(() => JSONScalar, {
    nullable: true,
    description:
      'What is there; null for nothing. It may contain secrets, such as environment variables: needs the scope fleet:write.',
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

  @Field(() => String, { description: 'Its name in the catalog, e.g. `coredns`.' })
  name: string;

  @Field(() => String, { description: 'The version that it has or is to have.' })
  version: string;

  @Field(() => ComponentState, { description: 'State of the component.' })
  state: ComponentStateName;

  @Field(() => [ComponentDrift], {
    description: 'Differences from the applied manifest at driftCheckedAt; restoreComponent reverts them.',
  })
  drift: unknown;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last compared with the cluster.' })
  driftCheckedAt: Date | null;

  @Field(() => DateTimeScalar, { description: 'Time of the request that installed it.' })
  createdAt: Date;
}

const WHEN =
  'When it begins. If omitted: MAINTENANCE_WINDOW for a component that workloads depend on (a system component, or one that serves traffic), if the cluster has a maintenance window in use, else IMMEDIATE. The window opens next at Cluster.maintenanceWindow.nextOccurrence.';

export const ComponentConnection = connectionOf('Component', () => Component);

export const ComponentOrder = orderOf('Component', { CREATED_AT: 'Time of creation.', NAME: 'Name.' });
export type ComponentOrder = InstanceType<typeof ComponentOrder>;

@InputType({ description: 'A component to be installed.' })
export class InstallComponentInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  clusterId: string;

  @Field(() => String, { description: 'Its name in the catalog, e.g. `nginx-ingress-controller`.' })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: 'The newest that works with the cluster if omitted.',
  })
  version?: string | null;

  @Field(() => JSONScalar, {
    nullable: true,
    description: 'Parameters by its schema; the rest has the defaults.',
  })
  parameters?: unknown;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A component to be upgraded.' })
export class UpgradeComponentInput {
  @Field(() => ID, { description: 'The component.' })
  id: string;

  @Field(() => String, {
    nullable: true,
    description: 'The newest that works with the cluster if omitted.',
  })
  version?: string | null;

  @Field(() => ChangeTiming, { nullable: true, description: WHEN })
  timing?: ChangeTiming | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A component to be configured.' })
export class ConfigureComponentInput {
  @Field(() => ID, { description: 'The component.' })
  id: string;

  @Field(() => JSONScalar, { description: 'Parameters to set; null resets one to its default.' })
  parameters: unknown;

  @Field(() => ChangeTiming, { nullable: true, description: WHEN })
  timing?: ChangeTiming | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A component to be uninstalled.' })
export class UninstallComponentInput {
  @Field(() => ID, { description: 'The component.' })
  id: string;

  @Field(() => ChangeTiming, { nullable: true, description: WHEN })
  timing?: ChangeTiming | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A component to be restored.' })
export class RestoreComponentInput {
  @Field(() => ID, { description: 'The component.' })
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
