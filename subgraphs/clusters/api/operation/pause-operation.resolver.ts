import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { isFinished } from '../../../../engine/operations/operation.rules.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { OperationRow } from '../../store/operation.store.js';
import { Operation } from '../entities/operation.type.js';
import { toPayload } from '../entities/payloads.type.js';
import { PauseOperationPayload, ResumeOperationPayload } from '../entities/operation-payloads.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import type { PauseOperationService } from './pause-operation.service.js';
import { PauseOperationInput, ResumeOperationInput } from '../upgrade/upgrade.type.js';

@Resolver(() => Operation)
export class PauseOperationResolver {
  constructor(private readonly service: PauseOperationService) {}

  @Mutation(() => PauseOperationPayload, {
    description:
      'Pauses an upgrade: steps that have started (the control plane, the current batch of nodes) complete, and no other step starts until resumeOperation.',
  })
  pauseOperation(
    @Ctx() context: RequestContext,
    @Arg('input', () => PauseOperationInput, { description: 'The operation to pause.' })
    input: PauseOperationInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.pause(context.actor, input, dryRun));
  }

  @Mutation(() => ResumeOperationPayload, { description: 'Resumes a paused operation.' })
  resumeOperation(
    @Ctx() context: RequestContext,
    @Arg('input', () => ResumeOperationInput, { description: 'The operation to resume.' })
    input: ResumeOperationInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.resume(context.actor, input, dryRun));
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'Time since which the operation is paused. Null while it is not.',
  })
  pausedAt(@Root() { pausedAt, state }: OperationRow) {
    return isFinished(state) ? null : pausedAt;
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether cancelOperation is accepted now. An upgrade can be cancelled until its control plane has the new version.',
  })
  cancelable(@Root() { cancelable, state }: OperationRow) {
    return cancelable && !isFinished(state);
  }

  @FieldResolver(() => Boolean, { description: 'Whether pauseOperation is accepted now.' })
  pausable(@Root() { pausable, pausedAt, cancelRequestedAt, state }: OperationRow) {
    return pausable && pausedAt === null && cancelRequestedAt === null && !isFinished(state);
  }
}
