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

@ObjectType({ description: 'An object of a manifest and the result of applying it.' })
export class ManifestObject {
  @Field(() => String, { description: 'API group and version, e.g. `apps/v1`.' })
  apiVersion: string;

  @Field(() => String, { description: 'Kind as Kubernetes names it, e.g. `Deployment`.' })
  kind: string;

  @Field(() => String, {
    nullable: true,
    description: 'Namespace it is in; null for cluster-scoped objects.',
  })
  namespace: string | null;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => ManifestResult, {
    nullable: true,
    description: 'Effect of applying it; null if it was rejected.',
  })
  result: ManifestResult | null;

  @Field(() => UserError, { nullable: true, description: 'Reason of the rejection; also one of userErrors.' })
  error: UserError | null;

  @Field(() => [UserError], {
    description:
      'Warnings about the applied object: PROTECTED_PATH where it can write to data of Kubernetes on the nodes.',
  })
  warnings: UserError[];
}

@InputType({ description: 'A manifest for a cluster.' })
export class ApplyManifestInput {
  @Field(() => ID, { description: 'The cluster.' })
  clusterId: string;

  @Field(() => String, {
    description: 'Kubernetes objects in YAML or JSON: 1 to 100 documents, at most 1 MiB.',
  })
  yaml: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Take over fields of other field managers (server-side apply with force). Default false: such a conflict is rejected.',
  })
  force?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({
  description: 'Result of a manifest. Objects are applied one by one: some may be rejected.',
})
export class ApplyManifestPayload {
  @Field(() => [ManifestObject], {
    description: 'Every object of the manifest, in its order; empty when none could be read.',
  })
  objects: ManifestObject[];

  @Field(() => Workload, {
    nullable: true,
    description:
      'The first workload of the manifest, as it is now; in a dry run the first that exists already, as it would be. Null when there is none.',
  })
  workload: Workload | null;

  @Field(() => Operation, {
    nullable: true,
    description: 'Always null: Kubernetes has the objects when this answers.',
  })
  operation: Operation | null;

  @Field(() => [UserError], {
    description: 'Errors of rejected objects; paths end in the number of the document, from 0.',
  })
  userErrors: UserError[];
}
