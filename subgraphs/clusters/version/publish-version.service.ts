import { once } from '../../../engine/client-tokens.js';
import { appendEvents } from '../../../engine/events.js';
import type { Platform } from '../../../engine/platform.js';
import { enqueueAll } from '../../../engine/queue.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Transaction } from '../../../kernel/database.js';
import { Refused } from '../../../kernel/result.js';
import { PLATFORM_ACCOUNT, VERSION_PUBLISHED } from '../catalogue/catalogue.store.js';
import type { CatalogueStore } from '../catalogue/catalogue.store.js';
import { notesProblems, publishProblems } from './publish-version.rules.js';
import type { PublishKubernetesVersionInput } from './publish-version.type.js';
import { publishedVersions } from './release.store.js';
import { minorOf, type VersionStatus } from './version.rules.js';
import { VERSION_SUPPORT } from './version-support.reconciler.js';

/** Adds versions to the catalogue. */
export class PublishVersionService {
  constructor(
    private readonly platform: Pick<Platform, 'database' | 'clock'>,
    private readonly catalogue: CatalogueStore,
  ) {}

  /**
   * Publishes a version for all accounts; clusters whose version expires by it are looked at, and their owners told.
   * Refuses what is no version that could come next.
   */
  async publish(actor: Actor, input: PublishKubernetesVersionInput): Promise<VersionStatus> {
    const { id, clientToken: token } = input;
    const at = this.platform.clock.now();
    const asked = { account: actor.account, mutation: 'publishKubernetesVersion', token, input, at };
    const status = await this.platform.database.prisma.$transaction(async (tx) => {
      // One at a time: each is checked against what the one before has published.
      await tx.$executeRaw`LOCK TABLE clusters.kubernetes_version IN SHARE ROW EXCLUSIVE MODE`;
      await once(tx, asked, () => add(tx, input, at));
      return (await publishedVersions(tx)).status(id);
    });
    this.catalogue.refresh();
    return status;
  }
}

async function add(tx: Transaction, input: PublishKubernetesVersionInput, at: Date): Promise<object> {
  const { id } = input;
  const minor = minorOf(id);
  const releasedAt = input.releasedAt ?? at;
  const before = await publishedVersions(tx);
  const problems = [...publishProblems({ id, releasedAt }, before, at), ...notesProblems(input, before)];
  if (problems.length > 0) throw new Refused(problems);
  const removedApis = (input.removedApis ?? []).map(({ replacement, ...api }) => ({
    ...api,
    replacement: replacement ?? null,
    removedIn: minor,
  }));
  await tx.kubernetesVersion.create({
    data: { id, minor, releasedAt, changes: input.changes ?? [], removedApis },
  });
  const after = await publishedVersions(tx);
  const changed = before.all().filter((one) => differs(one, after.status(one.id)));
  const clusters = await tx.cluster.findMany({
    where: { version: { in: changed.map((one) => one.id) }, deletedAt: null },
    select: { id: true },
  });
  await enqueueAll(
    tx,
    VERSION_SUPPORT,
    clusters.map((cluster) => cluster.id),
  );
  const message = `Kubernetes ${id} was published; ${clusters.length} clusters have a version that expires.`;
  const event = {
    type: VERSION_PUBLISHED,
    reason: 'KubernetesVersionPublished',
    message,
    data: { version: id },
  };
  await appendEvents(tx, PLATFORM_ACCOUNT, at, [{ category: 'PROVISIONING', ...event }]);
  return {};
}

function differs(a: VersionStatus, b: VersionStatus): boolean {
  return a.expired !== b.expired || a.minorSupported !== b.minorSupported;
}
