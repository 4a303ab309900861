import { checkedColumns } from '../../../kernel/postgres/checked-columns.js';
import { z } from 'zod';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { Prisma } from '../../../prisma/generated/client.js';
import { CatalogFile } from '../model/catalog-file.js';
import type { ChangesEntry, RemovedApiEntry } from '../model/release.rules.js';
import { VersionPolicy } from '../model/version.rules.js';

/** Checks the JSON columns of Kubernetes versions that were read. */
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

/** APIs that Kubernetes no longer serves, as far as the release knows. */
export const removedApis = new CatalogFile<RemovedApiEntry>('removed-apis');

/** What is new in the minor versions that come with the release. */
export const kubernetesChanges = new CatalogFile<ChangesEntry>('kubernetes-changes');

/** The versions that are published now, and what they mean. One statement. */
export async function publishedVersions(database: Database | Transaction): Promise<VersionPolicy> {
  return new VersionPolicy(checkVersions(await database.kubernetesVersion.findMany()));
}

/** Lets one transaction at a time publish a version: each is checked against those that are published. */
export async function lockVersions(tx: Transaction): Promise<void> {
  await tx.$executeRaw`LOCK TABLE clusters.kubernetes_version IN SHARE ROW EXCLUSIVE MODE`;
}

export async function insertVersion(
  tx: Transaction,
  version: Prisma.KubernetesVersionCreateInput,
): Promise<void> {
  await tx.kubernetesVersion.create({ data: version });
}
