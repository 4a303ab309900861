import { CatalogueFile } from '../catalogue/catalogue-file.store.js';
import type { ChangesEntry, RemovedApiEntry } from './release.rules.js';

/** APIs that Kubernetes no longer serves, as far as the release knows. */
export const removedApis = new CatalogueFile<RemovedApiEntry>('removed-apis');

/** What is new in the minor versions that come with the release. */
export const kubernetesChanges = new CatalogueFile<ChangesEntry>('kubernetes-changes');
