import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import { Operation } from '../entities/entities.type.js';
import { Workload } from '../workload/workload.type.js';

/** What applying did to an object. */
export enum ManifestResult {
  CREATED = 'CREATED',
  CONFIGURED = 'CONFIGURED',
  UNCHANGED = 'UNCHANGED',
}

registerEnumType(ManifestResult, {
  name: 'ManifestResult',
  description: 'What applying did to an object.',
  valuesConfig: {
    CREATED: { description: 'There was none before.' },
    CONFIGURED: { description: 'It was changed.' },
    UNCHANGED: { description: 'It was already as the manifest says.' },
  },
});

@ObjectType({ description: 'An object of a manifest and what became of it.' })
export class ManifestObject {
  @Field(() => String, { description: 'API group and version, e.g. `apps/v1`.' })
  apiVersion: string;

  @Field(() => String, { description: 'Kind as Kubernetes names it, e.g. `Deployment`.' })
  kind: string;

  @Field(() => String, {
    nullable: true,
    description: 'Namespace it is in; null for objects of the whole cluster.',
  })
  namespace: string | null;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => ManifestResult, {
    nullable: true,
    description: 'What applying did to it; null when it was refused.',
  })
  result: ManifestResult | null;

  @Field(() => UserError, { nullable: true, description: 'Why it was refused; also one of userErrors.' })
  error: UserError | null;

  @Field(() => [UserError], {
    description:
      'What it does that may harm, though it is applied: PROTECTED_PATH where it can write to what Kubernetes keeps on the nodes.',
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
      'Take over fields that somebody else manages (server-side apply with force). Default false: such a conflict is refused.',
  })
  force?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({
  description: 'Result of a manifest. Objects are applied one by one: some may be refused.',
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
    description: 'What was refused; paths end in the number of the document, from 0.',
  })
  userErrors: UserError[];
}
