import { Field, ID, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';

export const OpenSourceCategory = graphEnum(
  'OpenSourceCategory',
  'Field of an open-source project, as the ACK documentation prints it.',
  {
    CORE: 'The cloud provider itself.',
    NETWORK: 'Network.',
    STORAGE: 'Storage.',
    RESOURCE_OPTIMIZATION: 'Use of resources.',
    ELASTICITY: 'Scaling.',
    SECURITY: 'Security.',
    MIGRATION: 'Migration of applications.',
    APPLICATION_MANAGEMENT: 'Management of applications.',
    SCHEDULING: 'Scheduling and delivery.',
  },
);
export type OpenSourceCategory = keyof typeof OpenSourceCategory;

export const RiskSection = graphEnum('RiskSection', 'Section of the list of high-risk operations.', {
  CLUSTER: 'Control plane, nodes and access.',
  NODE_POOL: 'Node pools and their scaling groups.',
  NETWORK: 'Network and load balancers.',
  STORAGE: 'Disks and file systems.',
  LOGGING: 'Collection of logs.',
});
export type RiskSection = keyof typeof RiskSection;

@ObjectType({
  description: 'High-risk operation outside the platform, with its impact and remediation.',
})
export class HighRiskOperation {
  @Field(() => ID, { description: 'Stable id, e.g. `cluster.api-server.1`.' })
  id: string;

  @Field(() => RiskSection, { description: 'Section of the list.' })
  section: RiskSection;

  @Field(() => String, {
    description: 'Component that the operation affects, e.g. `api-server`, `load-balancer`, `disk`.',
  })
  component: string;

  @Field(() => String, { description: 'Description of the operation.' })
  operation: string;

  @Field(() => String, { description: 'Effect of the operation.' })
  impact: string;

  @Field(() => String, { description: 'How to remediate the effect.' })
  recovery: string;

  @Field(() => Boolean, { description: 'Whether the effect can be remediated.' })
  recoverable: boolean;
}

@ObjectType({ description: 'An open-source project that the product is built with or works with.' })
export class OpenSourceProject {
  @Field(() => String, { description: 'Name of the project.' })
  name: string;

  @Field(() => OpenSourceCategory, { description: 'Category of the project.' })
  category: OpenSourceCategory;

  @Field(() => String, { description: 'Repository of the project, as the ACK documentation names it.' })
  repository: string;

  @Field(() => String, { description: 'URL of the repository.' })
  repositoryUrl: string;

  @Field(() => String, {
    description: 'Address of its documentation: its own site or pages, else the README of its repository.',
  })
  documentationUrl: string;

  @Field(() => String, { description: 'Purpose of the project.' })
  purpose: string;
}
