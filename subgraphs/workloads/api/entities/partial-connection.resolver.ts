import { FieldResolver, Resolver, Root } from 'type-graphql';
import {
  type ConnectionOptions,
  type ConnectionValue,
  toConnection,
} from '../../../runtime/graph/connection.type.js';
import { toUserError, UserError } from '../../../runtime/graph/user-error.type.js';
import type { Problem } from '../../../../kernel/result.js';
import { NamespaceConnection } from '../namespace/namespace.type.js';
import { PodConnection } from '../pod/pod.type.js';
import type { PartialPage } from '../workload/workload.service.js';
import { WorkloadConnection } from '../workload/workload.type.js';

/** A connection that may lack what could not be read, and says so. */
export interface PartialConnection<T> extends ConnectionValue<T> {
  readonly problems: readonly Problem[];
}

export function toPartialConnection<T>(
  page: PartialPage<T>,
  options: ConnectionOptions<T>,
): PartialConnection<T> {
  return { ...toConnection(page, options), problems: page.problems };
}

const DESCRIPTION =
  'Why the list lacks items: clusters whose Kubernetes API cannot be asked now (KUBERNETES_UNAVAILABLE) or refused. Empty when it is complete.';

@Resolver(() => NamespaceConnection)
export class NamespaceConnectionResolver {
  @FieldResolver(() => [UserError], { description: DESCRIPTION })
  problems(@Root() { problems }: PartialConnection<unknown>): UserError[] {
    return problems.map(toUserError);
  }
}

@Resolver(() => WorkloadConnection)
export class WorkloadConnectionResolver {
  @FieldResolver(() => [UserError], { description: DESCRIPTION })
  problems(@Root() { problems }: PartialConnection<unknown>): UserError[] {
    return problems.map(toUserError);
  }
}

@Resolver(() => PodConnection)
export class PodConnectionResolver {
  @FieldResolver(() => [UserError], { description: DESCRIPTION })
  problems(@Root() { problems }: PartialConnection<unknown>): UserError[] {
    return problems.map(toUserError);
  }
}
