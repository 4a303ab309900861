import { Args, Ctx, Directive, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { sortedPageRequest, sortKey } from '../../../../kernel/sorting.js';
import { toConnection } from '../../../runtime/graph/connection.type.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type * as model from '../../model/permission.js';
import { permissionSorting } from '../../store/permission.store.js';
import type { PermissionReader } from './permission-reader.js';
import {
  Permission,
  PermissionConnection,
  PermissionOrder,
  PermissionScope,
  Principal,
  Role,
} from './permission.type.js';

/** The edges of a permission. */
@Resolver(() => Permission)
export class PermissionEdgesResolver {
  constructor(private readonly reader: PermissionReader) {}

  @FieldResolver(() => Principal, { description: 'Who has it.' })
  principal(@Root() { principalId }: model.Permission, @Ctx() context: RequestContext) {
    return this.reader.principal(context, principalId);
  }

  @FieldResolver(() => Role, { description: 'What it allows or denies.' })
  role(@Root() { roleId }: model.Permission, @Ctx() context: RequestContext) {
    return this.reader.role(context, roleId);
  }

  @FieldResolver(() => PermissionScope, { description: 'Where it applies.' })
  scope(@Root() { regionId, clusterId, clusterSelector, namespaces }: model.Permission): PermissionScope {
    return {
      region: regionId === null ? null : { id: regionId },
      cluster: clusterId === null ? null : { id: clusterId },
      clusterSelector,
      namespaces: namespaces.length === 0 ? null : namespaces,
    };
  }

  @FieldResolver(() => Principal, {
    nullable: true,
    description: 'Who granted it. Null for `permission_default`, and if the principal is gone.',
  })
  grantedBy(@Root() { grantedBy }: model.Permission, @Ctx() context: RequestContext) {
    return grantedBy === null ? null : this.reader.principal(context, grantedBy);
  }

  @Directive('@inaccessible')
  @FieldResolver(() => ID, { description: 'The id again, as the key of references by `Query.node`.' })
  resourceId(@Root() { id }: Permission): string {
    return id;
  }
}

/** The edges of a principal. */
@Resolver(() => Principal)
export class PrincipalResolver {
  constructor(private readonly reader: PermissionReader) {}

  @FieldResolver(() => PermissionConnection, {
    description: 'Its permissions, those that have ended included, as far as the caller may see them.',
  })
  async permissions(
    @Root() { id }: Principal,
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(PermissionOrder, 'by id') orderBy?: PermissionOrder | null,
  ) {
    const request = sortedPageRequest({ ...page, orderBy }, permissionSorting);
    const selection = { principalIds: [id] };
    return toConnection(await this.reader.page(context, selection, request), {
      key: (item) => sortKey(request.sort, item),
      after: page.after,
      count: () => this.reader.count(context, selection),
    });
  }

  @Directive('@inaccessible')
  @FieldResolver(() => ID, { description: 'The id again, as the key of references by `Query.node`.' })
  resourceId(@Root() { id }: Principal): string {
    return id;
  }
}

@Resolver(() => Role)
export class RoleKeyResolver {
  @Directive('@inaccessible')
  @FieldResolver(() => ID, { description: 'The id again, as the key of references by `Query.node`.' })
  resourceId(@Root() { id }: Role): string {
    return id;
  }
}
