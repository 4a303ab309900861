import { test } from 'vitest';
import { builtControlPlane } from '../../kit/control-plane.js';
import { nodeAreas } from './areas.js';
import { openWithNode } from './kubesim-implementation.js';
import { runContract } from './run-contract.js';

const assets = builtControlPlane('the contract of nodes with a real control plane');
if (assets) runContract({ name: 'real', open: () => openWithNode(assets), areas: nodeAreas });
else test.skip('real: the control plane is not built', () => undefined);
