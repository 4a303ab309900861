import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Cost } from '../../../runtime/graph/cost.js';

@Directive('@key(fields: "id")')
// Most fields are long computed text: release notes, removed APIs.
@Cost(10)
@ObjectType({ description: 'A Kubernetes version that clusters run or ran.' })
export class KubernetesVersion {
  @Field(() => ID, { description: 'The version, e.g. `1.34.1`.' })
  id: string;

  @Field(() => String, { description: 'Minor version, e.g. `1.34`.' })
  minor: string;

  @Field(() => Boolean, {
    description:
      'Whether new clusters can use it: the newest patch of each of the newest two minor versions.',
  })
  creatable: boolean;

  @Field(() => Boolean, {
    description:
      'Whether the version is supported: the newest patch of each of the newest three minor versions. Never true together with `expired`.',
  })
  supported: boolean;

  @Field(() => Boolean, {
    description: 'True if the minor version is no longer supported or a newer patch exists.',
  })
  expired: boolean;
}
