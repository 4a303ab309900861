import { checkedColumns } from '../../../kernel/postgres/checked-columns.js';
import { z } from 'zod';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { Prisma } from '../../../prisma/generated/client.js';
import { CatalogFile } from './catalog-file.js';
import type { ChangesEntry, RemovedApiEntry } from '../model/release.rules.js';
import { VersionPolicy } from '../model/version.rules.js';

/** Validates the JSON columns of Kubernetes versions. */
export const checkVersions = checkedColumns('clusters.kubernetes_version', 'id', {
  removedApis: z.array(
    z.looseObject({
      removedIn: z.string(),
      group: z.string(),
      version: z.string(),
      kind: z.string(),
      resource: z.string(),
      replacement: z.string().nullable(),
    }),
  ),
});

/** APIs that Kubernetes no longer serves, as of this release of the platform. */
export const removedApis = new CatalogFile<RemovedApiEntry>('removed-apis');

/** Changes of the minor versions that this release of the platform contains. */
export const kubernetesChanges = new CatalogFile<ChangesEntry>('kubernetes-changes');

/** Reads the published versions and their policy in one statement. */
export async function publishedVersions(database: Database | Transaction): Promise<VersionPolicy> {
  return new VersionPolicy(checkVersions(await database.kubernetesVersion.findMany()));
}

/** Serializes the publication of versions: each is validated against the published ones. */
export async function lockVersions(tx: Transaction): Promise<void> {
  await tx.$executeRaw`LOCK TABLE clusters.kubernetes_version IN SHARE ROW EXCLUSIVE MODE`;
}

export async function insertVersion(
  tx: Transaction,
  version: Prisma.KubernetesVersionCreateInput,
): Promise<void> {
  await tx.kubernetesVersion.create({ data: version });
}
