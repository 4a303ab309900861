import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import type * as model from '../../model/manifest-outcome.rules.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import { Operation } from '../entities/entities.type.js';
import { Workload } from '../workload/workload.type.js';

export const ManifestResult = graphEnum<model.ManifestResult>(
  'ManifestResult',
  'The effect of applying an object.',
  {
    CREATED: 'The object did not exist before.',
    CONFIGURED: 'The object was changed.',
    UNCHANGED: 'The object already matched the manifest.',
  },
);
export type ManifestResult = model.ManifestResult;

@ObjectType({ description: 'An object of a manifest with the result of applying it.' })
export class ManifestObject {
  @Field(() => String, { description: 'API group and version, e.g. `apps/v1`.' })
  apiVersion: string;

  @Field(() => String, { description: 'Kind as Kubernetes names it, e.g. `Deployment`.' })
  kind: string;

  @Field(() => String, {
    nullable: true,
    description: 'Namespace of the object. Null for a cluster-scoped object.',
  })
  namespace: string | null;

  @Field(() => String, { description: 'Name of the object.' })
  name: string;

  @Field(() => ManifestResult, {
    nullable: true,
    description: 'Effect of applying the object. Null if it was rejected.',
  })
  result: ManifestResult | null;

  @Field(() => UserError, {
    nullable: true,
    description: 'Error that rejected the object; also in userErrors. Null if it was applied.',
  })
  error: UserError | null;

  @Field(() => [UserError], {
    description:
      'Warnings about the applied object: PROTECTED_PATH where it can write to data of Kubernetes on the nodes.',
  })
  warnings: UserError[];
}

@InputType({ description: 'A manifest to apply to a cluster.' })
export class ApplyManifestInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  clusterId: string;

  @Field(() => String, {
    description: 'Kubernetes objects in YAML or JSON: 1 to 100 documents, at most 1 MiB.',
  })
  yaml: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether to take over fields of other field managers (server-side apply with force). Default: false, such a conflict is rejected.',
  })
  force?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({
  description:
    'Payload of applyManifest. Objects are applied one by one: some may be rejected while others are applied.',
})
export class ApplyManifestPayload {
  @Field(() => [ManifestObject], {
    description: 'Objects of the manifest, in its order. Empty when the manifest could not be parsed.',
  })
  objects: ManifestObject[];

  @Field(() => Workload, {
    nullable: true,
    description:
      'First workload of the manifest, in its current state. In a dry run: the first one that already exists, in its expected state. Null when there is none.',
  })
  workload: Workload | null;

  @Field(() => Operation, {
    nullable: true,
    description: 'Always null: the objects are applied before the mutation returns.',
  })
  operation: Operation | null;

  @Field(() => [UserError], {
    description:
      'Errors of rejected objects. The last element of `path` is the index of the document in the manifest, from 0.',
  })
  userErrors: UserError[];
}
