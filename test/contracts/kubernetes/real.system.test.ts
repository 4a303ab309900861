import { test } from 'vitest';
import { controlPlaneFolder, openReal } from './real-implementation.js';
import { runContract } from './run-contract.js';

const folder = controlPlaneFolder();
if (folder) runContract({ name: 'real', open: () => openReal(folder) });
else {
  process.stderr.write(
    'The contract of Kubernetes was not checked against a real control plane, because none is built: npm run control-plane\n',
  );
  test.skip('real: no control plane is built (npm run control-plane)');
}
