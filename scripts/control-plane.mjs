// Builds the Kubernetes control planes of tools/controlplane/, one for each version, and prints the folders of their programs, the
// newest first, separated by colons. KUBEBUILDER_ASSETS, which other projects use for such a folder, comes first: then nothing is
// built, and no other version is used.
//
//   npm run control-plane             builds what is missing
//   npm run control-plane -- 1.34     builds only that version
//   npm run control-plane -- --find   only prints what is built; ends with code 1 if nothing is
//
// A wrong KUBEBUILDER_ASSETS, or a build that fails, ends with code 2 and a message.
import { symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fail, GoModule } from './go-build.mjs';

const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'];
/** The newest first. go.mod is that of the newest; each other version has a file of its own. */
const versions = ['go.mod', '1.34.mod'].map((modfile) => new GoModule('controlplane', programs, { modfile }));
const [newest] = versions;

const options = process.argv.slice(2);
const isFind = options.includes('--find');
const minors = options.filter((option) => option !== '--find');
const chosen = versions.filter(
  ({ version }) => minors.length === 0 || minors.some((minor) => version.startsWith(`v${minor}.`)),
);
if (chosen.length === 0)
  fail(`There are control planes of ${versions.map(({ version }) => version).join(' and ')}.`);

const assets = process.env.KUBEBUILDER_ASSETS;
for (const folder of assets ? assets.split(delimiter) : [])
  if (!newest.isBuilt(folder))
    fail(`KUBEBUILDER_ASSETS is ${assets}; ${folder} does not have all of ${programs.join(', ')}.`);
if (!assets && !isFind) for (const controlPlane of chosen) await build(controlPlane);
const found = assets || builtFolders();
if (!found) process.exit(1);
console.log(found);

function builtFolders() {
  return chosen
    .filter((controlPlane) => controlPlane.isBuilt())
    .map(({ folder }) => folder)
    .join(delimiter);
}

async function build(controlPlane) {
  if (controlPlane.isBuilt()) return;
  console.error(
    `Building the Kubernetes ${controlPlane.version} control plane (five minutes the first time, on two cores) …`,
  );
  await controlPlane.build(async (folder) => {
    await controlPlane.compile(['build'], join(folder, 'controlplane'), '.');
    for (const program of programs) symlinkSync('controlplane', join(folder, program));
  });
}
