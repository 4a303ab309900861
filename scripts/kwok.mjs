// Builds KWOK, which simulates kubelets, from tools/kwok/, and prints its folder and the folder of its module, which has its stages.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { GoModule } from './go-build.mjs';

const kwok = new GoModule('kwok', ['kwok'], { from: 'sigs.k8s.io/kwok' });
if (!kwok.isBuilt())
  console.error(`Building KWOK ${kwok.version} (two minutes the first time, on two cores) …`);
await kwok.build((folder) => kwok.compile(['build'], join(folder, 'kwok'), 'sigs.k8s.io/kwok/cmd/kwok', {}));
const { stdout } = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok'], {
  cwd: kwok.sources,
  encoding: 'utf8',
});
console.log(`${kwok.folder}\n${stdout.trim()}`);
