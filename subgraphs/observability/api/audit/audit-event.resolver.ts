import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { type ConnectionValue, toConnection } from '../../../runtime/graph/connection.type.js';
import { Requires } from '../../../runtime/graph/requires.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { AuditEventService } from './audit-event.service.js';
import { type AuditEvent, AuditEventConnection, AuditEventPageArgs } from './audit-event.type.js';

/** The list of audit events. */
@Resolver()
export class AuditEventResolver {
  constructor(private readonly service: AuditEventService) {}

  @Requires('readAuditEvents')
  @Query(() => AuditEventConnection, {
    description: "The account's audit log, newest first. Needs the scope fleet:audit.",
  })
  async auditEvents(
    @Args(() => AuditEventPageArgs) args: AuditEventPageArgs,
    @Ctx() context: RequestContext,
  ): Promise<ConnectionValue<AuditEvent>> {
    const { first, after } = args;
    const filter = args.filter ?? {};
    const page = await this.service.page(filter, { first, after, context });
    const items = page.items.map((row) => this.service.toAuditEvent(row, context.actor.account));
    const key = ({ sequence }: AuditEvent) => [sequence.toString()];
    return toConnection({ ...page, items }, { key, after, count: () => this.service.count(filter, context) });
  }
}
