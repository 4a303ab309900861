import { z } from 'zod';
import { problemSchema } from '../../../../kernel/postgres/checked-columns.js';
import { idempotentTransaction } from '../../../../engine/operations/client-tokens.js';
import type { Platform } from '../../../../engine/platform.js';
import { type UnattachedInstance, releaseProblem } from '../../../../engine/providers/node-pool-provider.js';
import { containsId } from '../../../../access/model/cluster-filter.js';
import { regionsOf } from '../../../runtime/access/reach.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { Actor } from '../../../../kernel/actor.js';
import { type ConnectionValue, toConnection } from '../../../runtime/graph/connection.type.js';
import { type PageArguments, pageOf, pageRequest } from '../../../../kernel/page.js';
import { type Problem, throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { InstanceFilter, ReleaseInstancesInput } from './instance.type.js';

const MAX_INSTANCES = 100;

interface ReleasedInstance {
  readonly releasedIds: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * The account's instances that belong to no cluster. They are not stored here: every request reads them from the
 * provider.
 */
export class InstanceService {
  constructor(private readonly platform: Pick<Platform, 'provider' | 'database' | 'clock'>) {}

  /** A page of the instances, sorted by id. */
  async list(
    context: RequestContext,
    filter: InstanceFilter,
    page: PageArguments,
  ): Promise<ConnectionValue<UnattachedInstance>> {
    const { limit, key } = pageRequest(page);
    if (filter.ids && filter.ids.length > MAX_INSTANCES)
      throwProblem('INVALID_INPUT', `At most ${MAX_INSTANCES} ids, not ${filter.ids.length}.`, {
        path: ['filter', 'ids'],
      });
    const all = await this.platform.provider.unattachedInstances(context.actor.account, {
      regionId: filter.regionId ?? undefined,
      ids: filter.ids ?? undefined,
    });
    const regions = await regionsOf(context, 'instances.read');
    const mine = all.filter((instance) => containsId(regions, instance.regionId) && passes(instance, filter));
    const after = key?.[0];
    const rest = after === undefined ? mine : mine.filter(({ id }) => id > after);
    return toConnection(pageOf(rest.slice(0, limit + 1), limit), {
      key: ({ id }) => [id],
      after: page.after,
      count: () => Promise.resolve(mine.length),
    });
  }

  /**
   * Releases instances; those that cannot be released are returned with their problems. Rejects when none can be
   * released.
   */
  release(
    { account }: Actor,
    input: ReleaseInstancesInput,
    dryRun?: boolean | null,
  ): Promise<ReleasedInstance> {
    const { database, clock } = this.platform;
    const token = input.clientToken;
    const request = {
      account,
      mutation: 'releaseInstances',
      token,
      input,
      at: clock.now(),
      dryRun,
      result: releaseResult,
    };
    return idempotentTransaction(database.prisma, request, async () => {
      const release = dryRun
        ? await this.rehearsal(account, input.instanceIds)
        : (id: string) => this.platform.provider.releaseUnattachedInstance(account, id);
      return releaseAll(input.instanceIds, release);
    });
  }

  /** Finds for each instance why it cannot be released, without releasing any. */
  private async rehearsal(account: string, ids: readonly string[]): Promise<Release> {
    const requested = [...new Set(ids)].slice(0, MAX_INSTANCES);
    const found = await this.platform.provider.unattachedInstances(account, { ids: requested });
    const byId = new Map(found.map((instance) => [instance.id, instance]));
    return (id) => Promise.resolve(releaseProblem(id, byId.get(id)));
  }
}

/** Schema of a stored `ReleasedInstance`. */
const releaseResult = z.looseObject({ releasedIds: z.array(z.string()), problems: z.array(problemSchema) });

/** Releases an instance; returns why not when it cannot be released. */
type Release = (id: string) => Promise<Problem | undefined>;

async function releaseAll(ids: readonly string[], release: Release): Promise<ReleasedInstance> {
  const unique = [...new Set(ids)];
  if (unique.length < 1 || unique.length > MAX_INSTANCES) {
    const message = `1 to ${MAX_INSTANCES} instances at once, not ${unique.length}.`;
    throwProblem('INVALID_INPUT', message, { path: ['input', 'instanceIds'] });
  }
  const releasedIds: string[] = [];
  const problems: Problem[] = [];
  for (const [index, id] of unique.entries()) {
    const problem = await release(id);
    if (problem) problems.push({ ...problem, path: ['input', 'instanceIds', String(index)] });
    else releasedIds.push(id);
  }
  if (releasedIds.length === 0) throw new ProblemError(problems);
  return { releasedIds, problems };
}

function passes({ origin, chargeType }: UnattachedInstance, filter: InstanceFilter): boolean {
  return (
    (filter.origins == null || filter.origins.includes(origin)) &&
    (filter.chargeType == null || filter.chargeType === chargeType)
  );
}
