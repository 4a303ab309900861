import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { packageRoot } from '../../kernel/package-root.js';

/** The longest test files of each project, with the longest first. */
const LONGEST: readonly string[] = [
  'test/engine/provisioning.component.test.ts',
  'test/clusters/upgrade/rolling-upgrade.component.test.ts',
  'test/contracts/kubernetes/kubesim.component.test.ts',
  'test/kubesim/pod-limits.component.test.ts',
  'test/subgraphs/quotas/cloud-resource-requests.component.test.ts',
  'test/clusters/pools/pool-settings.component.test.ts',
  'test/clusters/maintenance-window/clock-change.component.test.ts',
  'test/subgraphs/quotas/races.component.test.ts',
  'test/contracts/kubernetes/real.system.test.ts',
  'test/scenarios/real-upgrade.system.test.ts',
  'test/kubesim/control-planes/version-change.system.test.ts',
  'test/engine/fault-points.system.test.ts',
  'test/scenarios/real-control-plane.system.test.ts',
  'test/clusters/ledger/ledger-property.system.test.ts',
  'test/kubesim/control-planes/killed-kubesim.system.test.ts',
  'test/scenarios/rolling-restart.system.test.ts',
  'test/clusters/upgrade/upgrade-fault-points.system.test.ts',
  'test/clusters/fault-points.system.test.ts',
];

/**
 * Starts the longest files of a project first: one that starts last runs alone while the other workers are idle. Where no
 * earlier run is known, as in a fresh clone, Vitest starts the largest files first, which may be short.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...Map.groupBy(sorted, ({ project }) => project.name).values()].flatMap(longestFirst);
  }
}

function longestFirst(files: readonly TestSpecification[]): TestSpecification[] {
  return files.toSorted((a, b) => place(a) - place(b));
}

function place({ moduleId }: TestSpecification): number {
  const at = LONGEST.indexOf(relative(packageRoot, moduleId));
  return at < 0 ? LONGEST.length : at;
}
