import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../../../kernel/graph/scalars.js';
import { UserError } from '../../../kernel/graph/user-error.type.js';
import { KubernetesVersion } from './version.type.js';
import { CLIENT_TOKEN } from '../client-token.js';

@InputType({ description: 'A Kubernetes version to be published.' })
export class PublishKubernetesVersionInput {
  @Field(() => ID, {
    description: 'The version: a newer patch, or the next even minor version, e.g. `1.36.1`.',
  })
  id: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was released; now when left out.' })
  releasedAt?: Date | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({ description: 'Answer of publishKubernetesVersion.' })
export class PublishKubernetesVersionPayload {
  @Field(() => KubernetesVersion, { nullable: true, description: 'The version; null when it was refused.' })
  kubernetesVersion: KubernetesVersion | null;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors: UserError[];
}
