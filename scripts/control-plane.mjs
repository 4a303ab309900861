// Builds the Kubernetes control plane of tools/controlplane/ and prints the folder of its programs. KUBEBUILDER_ASSETS, which other
// projects use for such a folder, comes first.
//
//   npm run control-plane             builds what is missing
//   npm run control-plane -- --find   only looks; ends with code 1 if nothing is built
//
// A wrong KUBEBUILDER_ASSETS, or a build that fails, ends with code 2 and a message.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fail, GoModule } from './go-build.mjs';

const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'];
const controlPlane = new GoModule('controlplane', programs);

const assets = process.env.KUBEBUILDER_ASSETS;
if (assets && !controlPlane.isBuilt(assets))
  fail(`KUBEBUILDER_ASSETS is ${assets}, which does not have all of ${programs.join(', ')}.`);
if (!assets && !controlPlane.isBuilt()) {
  if (process.argv.includes('--find')) process.exit(1);
  console.error(
    `Building the Kubernetes ${controlPlane.version} control plane (five minutes the first time, on two cores) …`,
  );
  await controlPlane.build(async (folder) => {
    await controlPlane.compile(['build'], join(folder, 'controlplane'), '.');
    for (const program of programs) symlinkSync('controlplane', join(folder, program));
  });
}
console.log(assets || controlPlane.folder);
