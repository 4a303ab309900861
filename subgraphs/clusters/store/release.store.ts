import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { CatalogFile } from '../model/catalog-file.js';
import type { ChangesEntry, RemovedApiEntry } from '../model/release.rules.js';
import { VersionPolicy } from '../model/version.rules.js';

/** APIs that Kubernetes no longer serves, as far as the release knows. */
export const removedApis = new CatalogFile<RemovedApiEntry>('removed-apis');

/** What is new in the minor versions that come with the release. */
export const kubernetesChanges = new CatalogFile<ChangesEntry>('kubernetes-changes');

/** The versions that are published now, and what they mean. One statement. */
export async function publishedVersions(database: Database | Transaction): Promise<VersionPolicy> {
  return new VersionPolicy(await database.kubernetesVersion.findMany());
}
