import { noResult } from '../../../../engine/operations/client-tokens.js';
import { changeInTransaction } from '../../../../engine/operations/change-transaction.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import { ProblemError } from '../../../../kernel/result.js';
import { PLATFORM_ACCOUNT, VERSION_PUBLISHED } from '../../store/catalog.store.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { notesProblems, publishProblems } from '../../model/publish-version.rules.js';
import type { PublishKubernetesVersionInput } from './publish-version.type.js';
import { publishedVersions, insertVersion, lockVersions } from '../../store/release.store.js';
import { minorOf, type VersionStatus } from '../../model/version.rules.js';
import { VERSION_SUPPORT } from '../../model/reconciler-kinds.js';
import { clustersOfVersions } from '../../store/cluster.store.js';

export class PublishVersionService {
  constructor(
    private readonly platform: Pick<Platform, 'database' | 'clock'>,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  /**
   * Publishes a version for all accounts and enqueues the clusters whose version expires. Rejects a version that is
   * not a valid successor. A dry run returns null: the version does not exist.
   */
  async publish(
    actor: Actor,
    input: PublishKubernetesVersionInput,
    dryRun?: boolean | null,
  ): Promise<VersionStatus | null> {
    const { id, clientToken: token } = input;
    const at = this.platform.clock.now();
    const request = {
      account: actor.account,
      mutation: 'publishKubernetesVersion',
      token,
      input,
      at,
      dryRun,
      result: noResult,
    };
    const { version } = await changeInTransaction(this.platform.database.prisma, request, {
      make: async (tx) => {
        await lockVersions(tx);
        return add(tx, input, at);
      },
      read: async (database) => {
        const versions = await publishedVersions(database);
        return { version: versions.has(id) ? versions.status(id) : null };
      },
    });
    if (!dryRun) this.catalog.refresh();
    return version;
  }
}

async function add(tx: EventTransaction, input: PublishKubernetesVersionInput, at: Date): Promise<object> {
  const { id } = input;
  const minor = minorOf(id);
  const releasedAt = input.releasedAt ?? at;
  const before = await publishedVersions(tx);
  const problems = [...publishProblems({ id, releasedAt }, before, at), ...notesProblems(input, before)];
  if (problems.length > 0) throw new ProblemError(problems);
  const removedApis = (input.removedApis ?? []).map(({ replacement, ...api }) => ({
    ...api,
    replacement: replacement ?? null,
    removedIn: minor,
  }));
  await insertVersion(tx, { id, minor, releasedAt, changes: input.changes ?? [], removedApis });
  const after = await publishedVersions(tx);
  const changed = before.all().filter((version) => differs(version, after.status(version.id)));
  const clusters = await clustersOfVersions(
    tx,
    changed.map((version) => version.id),
  );
  await enqueueAll(tx, VERSION_SUPPORT, clusters);
  const message = `Kubernetes ${id} was published; ${clusters.length} clusters have a version that expires.`;
  const event = {
    type: VERSION_PUBLISHED,
    reason: 'KubernetesVersionPublished',
    message,
    data: { version: id },
  };
  tx.emit(PLATFORM_ACCOUNT, { category: 'PROVISIONING', ...event });
  return {};
}

function differs(a: VersionStatus, b: VersionStatus): boolean {
  return a.expired !== b.expired || a.minorSupported !== b.minorSupported;
}
