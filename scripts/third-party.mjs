// Builds the software of others that tests run against clusters, from the Go modules of tools/, and prints the paths of the programs,
// one a line: Helm, and an operator of controller-runtime's examples.
//
//   npm run third-party             builds what is missing
//   npm run third-party -- --find   only looks; ends with code 1 unless everything is built
import { join } from 'node:path';
import { GoModule } from './go-build.mjs';

const software = [
  {
    name: 'helm',
    from: 'helm.sh/helm/v4',
    pkg: 'helm.sh/helm/v4/cmd/helm',
    variables: (version) => ({ 'helm.sh/helm/v4/internal/version.version': version }),
  },
  {
    name: 'operator',
    from: 'sigs.k8s.io/controller-runtime',
    pkg: 'sigs.k8s.io/controller-runtime/examples/crd',
    // Without a server for its metrics, whose port is fixed.
    variables: () => ({ 'sigs.k8s.io/controller-runtime/pkg/metrics/server.DefaultBindAddress': '0' }),
  },
].map((program) => ({
  ...program,
  module: new GoModule(program.name, [program.name], { from: program.from }),
}));

if (process.argv.includes('--find') && !software.every(({ module }) => module.isBuilt())) process.exit(1);
for (const { name, module, pkg, variables } of software) {
  if (!module.isBuilt()) console.error(`Building ${pkg} ${module.version} …`);
  await module.build((folder) =>
    module.compile(['build'], join(folder, name), pkg, variables(module.version)),
  );
  console.log(join(module.folder, name));
}
