import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { PublishVersionService } from './publish-version.service.js';
import { PublishKubernetesVersionInput, PublishKubernetesVersionPayload } from './publish-version.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { Requires } from '../../../runtime/graph/requires.js';

@Resolver()
export class PublishVersionResolver {
  constructor(private readonly service: PublishVersionService) {}

  @Requires('publishVersions')
  @Mutation(() => PublishKubernetesVersionPayload, {
    description:
      'Publishes a Kubernetes version for all accounts. For platform operators (scope `fleet:admin`). The oldest creatable, supported and unexpired versions lose these properties, and owners of clusters whose version expires get an event VERSION_EXPIRED.',
  })
  async publishKubernetesVersion(
    @Ctx() context: RequestContext,
    @Arg('input', () => PublishKubernetesVersionInput, { description: 'The version.' })
    input: PublishKubernetesVersionInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    const result = await toResult(() => this.service.publish(context.actor, input, dryRun));
    if (result.ok) return { kubernetesVersion: result.value, operation: null, userErrors: [] };
    return { kubernetesVersion: null, operation: null, userErrors: result.problems.map(toUserError) };
  }
}
