// Builds Kubernetes' end-to-end suite (e2e.test) and its runner (ginkgo) from tools/conformance/, and prints their folder.
import { join } from 'node:path';
import { GoModule } from '../go-build.mjs';

const suite = new GoModule('conformance', ['e2e.test', 'ginkgo']);
if (!suite.isBuilt())
  console.error(
    `Building the end-to-end suite of Kubernetes ${suite.version} (ten minutes the first time, on two cores) …`,
  );
await suite.build(async (folder) => {
  await suite.compile(['test', '-c'], join(folder, 'e2e.test'), 'k8s.io/kubernetes/test/e2e');
  await suite.compile(['build'], join(folder, 'ginkgo'), 'github.com/onsi/ginkgo/v2/ginkgo');
});
console.log(suite.folder);
